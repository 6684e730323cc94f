"""Charts over time as figures of an SVG: the server draws, no script is needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 420, 150
LEFT, RIGHT, TOP, BOTTOM = 40, 4, 8, 20
BUCKETS = 120
STEPS = (1, 2, 2.5, 5, 10)
NEAR = 4  # a limit so many times above everything measured would flatten it, and is only said
Points = Sequence[tuple[datetime, float]]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line: its name, its colour (a tone of the stylesheet) and its points, oldest first."""

    label: str
    tone: str
    points: Points


@dataclass(frozen=True, kw_only=True)
class Line:
    """A series as drawn: a path of strokes and dots, and its figures in words."""

    label: str
    tone: str
    path: str
    dots: list[tuple[float, float]]
    latest: str
    highest: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What the template needs; ``lines`` is empty when nothing was measured."""

    title: str
    unit: str
    limit_text: str
    lines: list[Line]
    y_ticks: list[tuple[float, str]]
    x_ticks: list[tuple[float, str]]
    limit: float | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The window of time and the range of values a chart shows."""

    since: datetime
    until: datetime
    low: float
    high: float

    def place(self, at: datetime, value: float) -> tuple[float, float]:
        across = (at - self.since) / (self.until - self.since)
        up = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        x = LEFT + across * (WIDTH - LEFT - RIGHT)
        return round(x, 1), round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1)


def draw_chart(
    *,
    title: str,
    unit: str,
    series: Sequence[Series],
    since: datetime,
    until: datetime,
    gap: timedelta,
    limit: float | None = None,
    low: float = 0.0,
    high: float | None = None,
) -> Chart:
    """Return a chart of what happened in a window.

    Points are gathered into at most 120 buckets, of each the worst (highest) is drawn. A line is broken where nothing
    was measured for longer than ``gap``: what was not measured is not drawn. ``limit`` is a dashed line.
    """
    shown = [(one, thin(one.points, since=since, until=until)) for one in series]
    values = [value for _, points in shown for _, value in points]
    top = high if high is not None else _find_top(values, low, limit)
    frame = Frame(since=since, until=until, low=low, high=top)
    bucket = (until - since) / BUCKETS
    lines = [_draw(one, points, frame, max(gap, bucket * 2.5), unit) for one, points in shown if points]
    return Chart(
        title=title,
        unit=unit,
        limit_text=f"limit {show_figure(limit)} {unit}" if limit else "",
        lines=lines,
        y_ticks=_list_y_ticks(frame),
        x_ticks=_list_x_ticks(frame),
        limit=frame.place(until, limit)[1] if limit and limit <= top else None,
    )


def thin(points: Points, *, since: datetime, until: datetime) -> list[tuple[datetime, float]]:
    """Return the highest point of each of 120 equal parts of the window."""
    size = (until - since) / BUCKETS
    found: dict[int, tuple[datetime, float]] = {}
    for at, value in points:
        place = int((at - since) / size)
        if since <= at <= until and (place not in found or value > found[place][1]):
            found[place] = (at, value)
    return [found[place] for place in sorted(found)]


def _draw(series: Series, points: list[tuple[datetime, float]], frame: Frame, gap: timedelta, unit: str) -> Line:
    path, dots, previous = [], [], None
    for position, (at, value) in enumerate(points):
        x, y = frame.place(at, value)
        is_joined = previous is not None and at - previous <= gap
        path.append(f"{'L' if is_joined else 'M'}{x} {y}")
        is_followed = position + 1 < len(points) and points[position + 1][0] - at <= gap
        if not is_joined and not is_followed:
            dots.append((x, y))
        previous = at
    return Line(
        label=series.label,
        tone=series.tone,
        path="".join(path),
        dots=dots,
        latest=f"{show_figure(points[-1][1])} {unit}",
        highest=f"{show_figure(max(value for _, value in points))} {unit}",
    )


def _find_top(values: list[float], low: float, limit: float | None) -> float:
    """Return a round figure above every value, and above a limit that is not far away."""
    highest = max([*values, low]) - low
    if limit and highest * NEAR >= limit:
        highest = max(highest, limit * 1.1)
    if highest <= 0:
        return low + 1
    size = float(10 ** math.floor(math.log10(highest)))
    return low + next(step * size for step in STEPS if step * size >= highest * 0.999)


def _list_y_ticks(frame: Frame) -> list[tuple[float, str]]:
    values = [frame.low + (frame.high - frame.low) * part / 2 for part in range(3)]
    return [(frame.place(frame.until, value)[1], show_figure(value)) for value in values]


def _list_x_ticks(frame: Frame) -> list[tuple[float, str]]:
    span = frame.until - frame.since
    pattern = "%H:%M" if span <= timedelta(days=2) else "%m-%d"
    instants = [frame.since + span * part / 4 for part in range(5)]
    return [(frame.place(at, frame.low)[0], f"{at:{pattern}}") for at in instants]


def show_figure(value: float) -> str:
    """Return a value with as many digits as matter."""
    if value >= 100 or value == int(value):  # noqa: PLR2004  three digits are enough
        return f"{value:,.0f}"
    return f"{value:.3g}"
