from datetime import UTC, datetime, timedelta

import pytest

from veri.console.charts import Series, draw_chart, show_figure, thin

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def draw(points, **options):
    series = [Series(label="a", tone="info", points=points)]
    return draw_chart(title="t", unit="s", series=series, since=START, until=END, gap=5 * MINUTE, **options)


def test_nothing_measured_draws_no_line():
    chart = draw([])
    assert (chart.lines, chart.limit) == ([], None)


def test_single_point_is_a_dot():
    (line,) = draw([(START + 60 * MINUTE, 2.0)]).lines
    assert (line.path, line.dots, line.latest) == ("M228.0 8.0", [(228.0, 8.0)], "2 s")


def test_line_is_broken_by_a_gap():
    (line,) = draw([(START + number * MINUTE, 1.0) for number in (0, 4, 8, 20, 24)]).lines
    assert (line.path.count("M"), line.path.count("L"), line.dots) == (2, 3, [])


def test_worst_of_each_part_is_kept():
    points = [(START + timedelta(seconds=second), float(second % 50)) for second in range(7200)]
    found = thin(points, since=START, until=END)
    assert len(found) == 120
    assert min(value for _, value in found) == 49.0


def test_points_outside_the_window_are_left_out():
    assert thin([(START - MINUTE, 1.0), (END + MINUTE, 1.0)], since=START, until=END) == []


@pytest.mark.parametrize(("highest", "drawn"), [(0.3, False), (2.0, True), (9.0, True)])
def test_limit_is_drawn_only_where_it_does_not_flatten_the_rest(highest, drawn):
    chart = draw([(START, highest)], limit=5.0)
    assert ((chart.limit is not None), chart.limit_text) == (drawn, "limit 5 s")


def test_value_below_the_lowest_shown_stays_inside():
    (line,) = draw([(START, 10.0)], low=90.0, high=100.0).lines
    assert line.dots == [(40.0, 130.0)]


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (0.256, "0.256"), (12.345, "12.3"), (1234.5, "1,234"), (5.0, "5")]
)
def test_figures_have_as_many_digits_as_matter(value, shown):
    assert show_figure(value) == shown
