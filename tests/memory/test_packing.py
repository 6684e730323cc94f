from types import SimpleNamespace

import pytest

from memory.queries.hits import Hit
from memory.queries.packing import count_tokens, pack_hits
from memory.stores import Target


def hit(pk, text, score=1.0):
    return Hit(target=Target("interaction", pk), score=score, coverage=1.0, interaction=SimpleNamespace(text=text))


def pack(texts, budget):
    return [one.target.id for one in pack_hits(hits=[hit(pk, text) for pk, text in enumerate(texts)], budget=budget)]


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_tokens_are_quarters_of_characters_rounded_up(text, tokens):
    assert count_tokens(text=text) == tokens


def test_what_does_not_fit_is_passed_over_for_what_does():
    assert pack(["a" * 40, "b" * 400, "c" * 36, "d" * 8], 20) == [0, 2]
    assert pack(["a" * 40, "b" * 400, "c" * 36, "d" * 4], 20) == [0, 2, 3]
    assert pack(["a"], 0) == []


def test_same_words_are_told_once():
    assert pack(["Sold out  by noon", "sold out by NOON", "Sold out by one"], 100) == [0, 2]


def test_long_text_costs_what_is_shown_of_it():
    assert pack(["a" * 9_000, "b" * 4], 150) == [0]
    assert pack(["a" * 9_000, "b" * 4], 149) == [1]


def test_what_says_something_else_goes_before_what_repeats():
    said = hit(1, "Brightpan is the main sponsor of the spring videos", score=1.0)
    again = hit(2, "The main sponsor of the spring videos is Brightpan now", score=0.95)
    other = hit(3, "Stonemill paid for the winter stream", score=0.8)
    assert [one.target.id for one in pack_hits(hits=[said, again, other])] == [1, 3, 2]
