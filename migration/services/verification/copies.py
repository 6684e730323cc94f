"""Compare two PostgreSQL copies of a table: a restored backup with the original, say.

Each side digests fixed segments of the key range inside the database, both at once, a window of segments per
statement. Segments that differ are drilled to rows, rows to fields. Scattered differences, the worst case of
bisection, cost one second look at their segments only.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from migration.enums import MismatchKind
from migration.stores.table_side import Digests

SEGMENT = 200  # keys; small, so that little is looked at twice
WINDOW = 5000  # segments per statement, a second or two of work: no long snapshot
ROWS = 1000  # differing rows fetched at a time


class Side(Protocol):
    """One copy; ``first`` and ``last`` are segment numbers, ``last`` included."""

    def find_next(self, *, after: int | None) -> int | None: ...
    def digest_segments(self, *, segment: int, first: int, last: int) -> Digests: ...
    def digest_rows(self, *, segment: int, segments: Sequence[int]) -> Digests: ...
    def fetch_rows(self, *, keys: Sequence[int]) -> dict[int, dict[str, str | None]]: ...


@dataclass(frozen=True, kw_only=True)
class CopyDifference:
    """A key that differs; ``fields`` are empty when one side has no such row."""

    key: int
    kind: MismatchKind
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CopyComparison:
    """How many rows the left side has, and one window's differences in key order."""

    compared: int
    differences: tuple[CopyDifference, ...]


def compare_copies(
    *, left: Side, right: Side, segment: int = SEGMENT, window: int = WINDOW
) -> Iterator[CopyComparison]:
    """Yield window by window what differs between two copies; ``right`` is judged by ``left``.

    Rows missing on the right are MISSING, rows only there EXTRA. Values are compared by their text form, exactly.
    Memory is bounded by one window and its differences.

    Raises:
        psycopg.Error: a side cannot be read.
    """
    sides = (left, right)
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="side") as pool:
        first = _find_first(pool, sides, after=None)
        while first is not None:
            start = first // segment
            yield _compare_window(pool, sides, segment=segment, first=start, last=start + window - 1)
            first = _find_first(pool, sides, after=(start + window) * segment - 1)


def _find_first(pool: ThreadPoolExecutor, sides: tuple[Side, Side], *, after: int | None) -> int | None:
    """Return the lowest key above ``after`` on either side: gaps cost nothing."""
    found = pool.map(lambda side: side.find_next(after=after), sides)
    return min((one for one in found if one is not None), default=None)


def _compare_window(
    pool: ThreadPoolExecutor, sides: tuple[Side, Side], *, segment: int, first: int, last: int
) -> CopyComparison:
    found = pool.map(lambda side: side.digest_segments(segment=segment, first=first, last=last), sides)
    left, right = found
    compared = int(left["count"].sum())
    segments = find_differing(left, right)
    if not segments:
        return CopyComparison(compared=compared, differences=())
    rows = pool.map(lambda side: side.digest_rows(segment=segment, segments=segments), sides)
    keys = find_differing(*rows)
    parts = [keys[start : start + ROWS] for start in range(0, len(keys), ROWS)]
    return CopyComparison(
        compared=compared, differences=tuple(one for part in parts for one in _name_fields(pool, sides, part))
    )


def find_differing(left: Digests, right: Digests) -> list[int]:
    """Return the numbers whose digests are not on both sides alike, in order."""
    both = np.concatenate([left, right])
    both = both[np.argsort(both["number"], kind="stable")]
    same = (both[1:] == both[:-1]) if len(both) else np.zeros(0, dtype=np.bool_)
    is_paired = np.zeros(len(both), dtype=np.bool_)
    is_paired[1:] |= same
    is_paired[:-1] |= same
    return [int(number) for number in np.unique(both["number"][~is_paired])]


def _name_fields(pool: ThreadPoolExecutor, sides: tuple[Side, Side], keys: Sequence[int]) -> Iterator[CopyDifference]:
    """Fetch the rows and name their fields; a row that became alike meanwhile is dropped."""
    left, right = pool.map(lambda side: side.fetch_rows(keys=keys), sides)
    for key in keys:
        if key not in right and key in left:
            yield CopyDifference(key=key, kind=MismatchKind.MISSING)
        elif key not in left and key in right:
            yield CopyDifference(key=key, kind=MismatchKind.EXTRA)
        elif fields := _list_fields(left.get(key, {}), right.get(key, {})):
            yield CopyDifference(key=key, kind=MismatchKind.CONTENT, fields=fields)


def _list_fields(left: dict[str, Any], right: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in left if left[name] != right[name])
