"""The values of a slot as bars over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from memory.queries.explanation import ChainLink

WIDTH, ROW = 1_000, 30
LEAST_WIDTH = 3  # of a value that held for an instant


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One value: where its bar begins, how wide it is, and how high it stands, in units of the drawing."""

    link: ChainLink
    x: int
    width: int
    y: int
    is_shown: bool


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Bars, the oldest on top; the drawing's height, and the instants at its ends."""

    bars: list[Bar]
    height: int
    since: datetime
    until: datetime
    width: int = WIDTH


def draw_timeline(*, chain: Sequence[ChainLink], shown: int, now: datetime) -> Timeline | None:
    """Return the bars of a chain of at least two values; what still holds reaches until now."""
    if len(chain) < 2:  # noqa: PLR2004  one value has no history
        return None
    since = min(one.valid_from for one in chain)
    until = max(now, *(one.valid_to or one.valid_from for one in chain))
    span = max(until - since, timedelta(seconds=1))

    def place(at: datetime) -> int:
        return round(WIDTH * ((at - since) / span))

    bars = [
        Bar(
            link=one,
            x=min(place(one.valid_from), WIDTH - LEAST_WIDTH),
            width=max(place(one.valid_to or until) - place(one.valid_from), LEAST_WIDTH),
            y=ROW * number,
            is_shown=one.pk == shown,
        )
        for number, one in enumerate(chain)
    ]
    return Timeline(bars=bars, height=ROW * len(chain), since=since, until=until)
