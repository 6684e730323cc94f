"""A pytest plugin, loaded before Django's settings: embedded stores for this run, shared with runs beside it.

Every run has databases of its own, named after its controlling process. The last run to end stops the stores.
"""

import fcntl
import os
import shutil
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "veri.settings.test"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not IS_WORKER:
    os.environ["VERI_TEST_RUN"] = str(os.getpid())

from veri.platform import embedded  # noqa: E402  the environment is complete only now
from veri.settings.env import get_var_dir, start_embedded_stores  # noqa: E402  same

ROOT = Path(get_var_dir(profile="test", source=dict(os.environ)))
ROOT.parent.mkdir(parents=True, exist_ok=True)
_users = (ROOT.parent / "test-runs.lock").open("w")


def _is_alone() -> bool:
    """Return whether no other run uses the stores; then nobody can begin to until this one lets go."""
    try:
        fcntl.flock(_users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_leftovers() -> None:
    embedded.stop(root=ROOT)
    shutil.rmtree(ROOT, ignore_errors=True)


if not IS_WORKER:
    if _is_alone():
        _remove_leftovers()  # of a run that was killed
    fcntl.flock(_users, fcntl.LOCK_SH)
start_embedded_stores(command="pytest")
import veri.celery  # noqa: E402, F401  tasks enqueued by the code under test need the configured application


def pytest_unconfigure(config: object) -> None:
    """Stop the stores with the last run."""
    if not IS_WORKER and _is_alone():
        embedded.stop(root=ROOT)
    _users.close()
