"""Private roots: these tests start, kill and replace servers of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from veri.platform import embedded


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for servers; whatever was started below it is stopped afterwards."""
    folder = tmp_path / "var"
    yield folder
    embedded.stop(root=folder)
