"""What must be done again when a backup was put back: who was erased since is in it once more."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

AfterRestore: TypeAlias = Callable[..., int]
_after_restore: list[AfterRestore] = []


def register_after_restore(work: AfterRestore) -> None:
    """Run ``work(now=…)`` after each restore; registered once, at start."""
    _after_restore.append(work)


def run_after_restore(*, now: datetime) -> int:
    """Do what apps want done after a restore; return how much that was."""
    return sum(work(now=now) for work in _after_restore)
