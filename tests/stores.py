"""A pytest plugin, loaded before Django's settings: start the embedded stores, stop them when this run started them."""

import os
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "veri.settings.test"

from veri.platform import embedded
from veri.settings.env import get_var_dir, start_embedded_stores

ROOT = Path(get_var_dir(profile="test", source=dict(os.environ)))
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
WERE_RUNNING = any(server.running for server in embedded.status(root=ROOT))

start_embedded_stores(command="pytest")
import veri.celery  # noqa: E402, F401  tasks enqueued by the code under test need the configured application


def pytest_unconfigure(config: object) -> None:
    """Stop the embedded stores from the controlling process, unless somebody else had started them."""
    if not IS_WORKER and not WERE_RUNNING:
        embedded.stop(root=ROOT)
