"""What the benches print and keep."""

import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measuring import Figure

VERDICTS = {True: "pass", False: "FAIL", None: "–"}


class Report:
    """Figures as they come; the file is complete after each bench."""

    def __init__(self, *, path: Path) -> None:
        self._path = path
        self._figures: dict[str, list[Figure]] = {}
        self._header = {
            "started_at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            "cores": len(os.sched_getaffinity(0)),
            "load_before": read_load(),
            "python": platform.python_version(),
        }

    def print_header(self) -> None:
        _say(
            f"{self._header['cores']} cores, load {self._header['load_before']}, Python {self._header['python']}."
            " Medians of interleaved runs; the ratio is to the real thing, measured in the same run."
        )
        _say(f"\n{'':<58}{'measured':>16}  {'beside':<46}{'ratio':>6}  {'target':<16}")

    def add(self, bench: str, figures: list[Figure]) -> None:
        self._figures[bench] = figures
        _say(f"{bench}  (load {read_load()})")
        for one in figures:
            _say(_describe(one))
        self._write()

    @property
    def is_met(self) -> bool:
        return all(one.is_met is not False for figures in self._figures.values() for one in figures)

    def _write(self) -> None:
        content = {
            **self._header,
            "load_after": read_load(),
            "is_met": self.is_met,
            "benches": {
                name: [asdict(one) | {"ratio": one.ratio} for one in figures] for name, figures in self._figures.items()
            },
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_load() -> str:
    return " ".join(f"{one:.2f}" for one in os.getloadavg())


def _describe(one: Figure) -> str:
    beside = f"{_round(one.reference)} {one.reference_name}" if one.reference is not None else one.note
    ratio = f"{one.ratio:.2f}" if one.ratio is not None else ""
    measured = f"{_round(one.value)} {one.unit}"
    return f"  {one.name:<56}{measured:>16}  {beside:<46}{ratio:>6}  {one.target:<16}{VERDICTS[one.is_met]}"


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
