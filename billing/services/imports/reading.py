"""Read CSV or JSON of prices and costs: every problem is found before anything is taken."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from billing.enums import Service
from billing.errors import ImportRefused

MICRO = 1_000_000
LARGEST = Decimal(10**9)
MOST_ROWS = 50_000
MOST_PROBLEMS = 50
T = TypeVar("T")


@dataclass
class Row:
    """One line with its number in the file, the head being the first; problems are collected."""

    line: int
    values: dict[str, str]
    problems: list[str] = field(default_factory=list)

    def refuse(self, problem: str) -> None:
        self.problems.append(f"line {self.line}: {problem}")

    def text(self, name: str, *, longest: int = 80) -> str:
        value = self.values.get(name, "").strip()
        if not value or len(value) > longest or "\0" in value:
            self.refuse(f"{name} is missing or too long")
        return value

    def service(self) -> str:
        value = self.values.get("service", "").strip().lower()
        if value not in Service.values:
            self.refuse(f"unknown service {value[:30]!r}")
        return value

    def dollars(self, name: str, *, default: str = "") -> int:
        """Return micro-dollars, rounded half to even; decimals go through Decimal, never through a float."""
        value = self.values.get(name, "").strip() or default
        try:
            amount = Decimal(value)
        except InvalidOperation:
            self.refuse(f"{name} is no amount")
            return 0
        if not amount.is_finite() or not 0 <= amount <= LARGEST:
            self.refuse(f"{name} is negative or too large")
            return 0
        return int((amount * MICRO).to_integral_value())

    def whole(self, name: str, *, default: int) -> int:
        value = self.values.get(name, "").strip()
        if value and not (value.isascii() and value.isdigit() and len(value) <= 9):  # noqa: PLR2004  below PostgreSQL's integers
            self.refuse(f"{name} is no whole number")
            return default
        return int(value or default)

    def day(self, name: str) -> date:
        value = self.values.get(name, "").strip()
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self.refuse(f"{name} is no day like 2026-11-30")
            return date.min

    def instant(self, name: str, *, default: datetime) -> datetime:
        value = self.values.get(name, "").strip()
        try:
            found = datetime.fromisoformat(value) if value else default
        except ValueError:
            self.refuse(f"{name} is no instant like 2026-11-30T00:00:00Z")
            return default
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_rows(content: bytes, parse: Callable[[Row], T]) -> list[tuple[Row, T]]:
    """Return the file's rows, each with what ``parse`` makes of it.

    Raises:
        ImportRefused: it is no such file, or a row has a problem; every problem is told.
    """
    rows = list(_split(content))
    if not rows:
        raise ImportRefused(problems=["the file holds no rows"])
    parsed = [(one, parse(one)) for one in rows]
    refuse_problems(rows)
    return parsed


def refuse_problems(rows: list[Row]) -> None:
    """Raise ``ImportRefused`` with the rows' problems, if there are any."""
    if problems := [problem for one in rows for problem in one.problems]:
        rest = len(problems) - MOST_PROBLEMS
        raise ImportRefused(problems=[*problems[:MOST_PROBLEMS], *([f"and {rest} more"] if rest > 0 else [])])


def _split(content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(problems=["the file is not UTF-8"]) from error
    records = _read_json(text) if text.lstrip()[:1] in {"[", "{"} else _read_csv(text)
    for number, record in enumerate(records):
        if number >= MOST_ROWS:
            raise ImportRefused(problems=[f"the file has more than {MOST_ROWS:,} rows"])
        yield Row(line=number + 2, values={str(k): "" if v is None else str(v) for k, v in record.items()})


def _read_json(text: str) -> list[dict[str, object]]:
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise ImportRefused(problems=["the file is no JSON"]) from error
    if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
        raise ImportRefused(problems=["the JSON is no list of objects"])
    return found


def _read_csv(text: str) -> Iterator[dict[str, object]]:
    try:
        for record in csv.DictReader(io.StringIO(text), strict=True):
            if None in record:
                raise ImportRefused(problems=["a line has more columns than the head"])
            yield dict(record)
    except csv.Error as error:
        raise ImportRefused(problems=[f"the file is no CSV: {error}"]) from error
