from datetime import UTC, datetime

import pytest

from memory.queries.question_filters import read_filters

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)  # a Wednesday


def read(question: str):
    return read_filters(question, known_brands=["Ovenly", "Oven", "X"], now=NOW)


@pytest.mark.parametrize(
    ("question", "platforms", "bare"),
    [
        ("bread on TikTok", {"tiktok"}, "bread"),
        ("what did Ana write in e-mails", {"email"}, "what did Ana write"),
        ("posts from Twitter about rye", {"x"}, "posts about rye"),
        ("bread on X and on YouTube", {"x", "youtube"}, "bread and"),
        ("said in chat", {"chat"}, "said"),
        ("my TikTok rate", set(), "my TikTok rate"),
        ("rate on my YouTube channel", set(), "rate on my YouTube channel"),
        ("a stream on Friday", set(), "a stream on Friday"),
    ],
)
def test_platforms_are_read_where_they_are_places(question, platforms, bare):
    found = read(question)
    assert (found.platforms, found.bare) == (platforms, bare)


def day(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("views today", day(2026, 11, 18), day(2026, 11, 19)),
        ("said yesterday", day(2026, 11, 17), day(2026, 11, 18)),
        ("last week", day(2026, 11, 9), day(2026, 11, 16)),
        ("in the last month", day(2026, 10, 1), day(2026, 11, 1)),
        ("this month", day(2026, 11, 1), None),
        ("last quarter", day(2026, 7, 1), day(2026, 10, 1)),
        ("last year", day(2025, 1, 1), day(2026, 1, 1)),
        ("over the past 30 days", day(2026, 10, 19, 15, 30), None),
        ("the last 999 years", None, None),
        ("the last video", None, None),
        ("in May 2026", None, None),
    ],
)
def test_times_are_read(question, since, until):
    found = read(question)
    if question == "the last 999 years":  # further back than time goes: as far as it goes
        assert found.since.year <= 1100
    else:
        assert (found.since, found.until) == (since, until)


def test_tags_and_known_brands_are_read():
    found = read("ovenly's brief with #Vegan and #vegan, no Ovens")
    assert (found.tags, found.brands) == (("vegan",), ("Ovenly",))
    assert found.bare == "ovenly's brief and , no Ovens"
