"""Which files of tests run one after the other in one process: they start processes of their own, and mostly wait.

They go first and beside everything else, so that what they leave idle is used. pytest-xdist 3.8 has groups for this
(``--dist loadgroup``), which pytest 9.2 ignores without a word: it does not read the node ids they are written to.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

LANES = {
    "killing": ("tests/faults/", "tests/platform/connections/test_mongo.py"),
    "driving": ("tests/e2e/", "tests/migration/test_relay_faults.py"),
}


class LaneScheduling(LoadScopeScheduling):
    """Gives a lane's tests to one process, and every other test to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, _ = nodeid.partition("::")
        return next((lane for lane, starts in LANES.items() if path.startswith(starts)), nodeid)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LaneScheduling:
    return LaneScheduling(config, log)
