"""What the demo prints and keeps."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class StepFailed(Exception):
    """Raised with the name of the step that failed and why."""


class Report:
    """Runs steps one after the other; each is printed with its outcome and time."""

    def __init__(self, *, path: Path) -> None:
        self._path = path
        self._steps: list[dict[str, object]] = []
        self._started = time.perf_counter()

    def run(self, name: str, step: Callable[[], str]) -> None:
        """Run one step, which returns its outcome in a few words.

        Raises:
            StepFailed: after the failure is kept in the report.
        """
        started = time.perf_counter()
        try:
            outcome = step()
        except Exception as error:
            self._note(name, f"FAILED: {type(error).__name__}: {error}", started, is_ok=False)
            raise StepFailed(name) from error
        self._note(name, outcome, started, is_ok=True)

    def _note(self, name: str, outcome: str, started: float, *, is_ok: bool) -> None:
        seconds = time.perf_counter() - started
        self._steps.append({"step": name, "outcome": outcome, "seconds": round(seconds, 2), "ok": is_ok})
        sys.stdout.write(f"{len(self._steps):>2}  {name:<38} {outcome:<66} {seconds:6.2f} s\n")
        sys.stdout.flush()
        self.write()

    def write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        total = round(time.perf_counter() - self._started, 2)
        content = {"ok": all(one["ok"] for one in self._steps), "seconds": total, "steps": self._steps}
        self._path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
