"""Veri's own records of who delivers: kept by rooms above, which register here. None are known until one does."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

# By creator: (records, records kept): delivered on time, approved and disclosed.
Records: TypeAlias = Mapping[int, tuple[int, int]]
_sources: dict[str, Callable[[Sequence[int]], Records]] = {}


def register_reliability_source(*, name: str, read: Callable[[Sequence[int]], Records]) -> None:
    """Have a source asked for the records of creators; registering a name again replaces it."""
    _sources[name] = read


def forget_reliability_source(*, name: str) -> None:
    _sources.pop(name, None)


def find_records(*, creator_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the sums of all sources for the creators who have any."""
    found: dict[int, tuple[int, int]] = {}
    for read in _sources.values():
        for creator_id, (count, kept) in read(creator_ids).items():
            held = found.get(creator_id, (0, 0))
            found[creator_id] = (held[0] + count, held[1] + kept)
    return found
