import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veri.platform.text import analyse, normalise
from veri.platform.text.analysis import LONGEST_TERM, LONGEST_TEXT


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   \n\t", []),
        ("the and of", []),
        ("👍🎉🍞", []),
        ("Sponsored videos, sponsoring a VIDEO", ["sponsor", "video", "sponsor", "video"]),
        ("Crème brûlée", ["creme", "brule"]),
        ("Straße", ["strass"]),
        ("Lumen's kitchen", ["lumen", "kitchen"]),
        ("Lumen’s kitchen", ["lumen", "kitchen"]),
        ("don't can’t", []),
        ("$1,800.50 and 1,800", ["1800.50", "1800"]),
        ("v2.5 on 2026-05-14", ["v2.5", "2026", "05", "14"]),
        ("#sourdough @lumenkitchen", ["sourdough", "lumenkitchen"]),
        ("snake_case", ["snake", "case"]),
        ("ﬁne Ⅳ ①", ["fine", "iv", "1"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("日本語", ["日本", "本語"]),
        ("猫", ["猫"]),
        ("iPhone用ケース", ["iphon", "用ケ", "ケー", "ース"]),
        ("¿Dónde están las recetas de la cocina?", ["recet", "cocin"]),
        ("Las recetas y la cocina de mi casa", ["recet", "cocin", "cas"]),
        ("Ich habe die neuen Videos in Köln gedreht", ["neu", "videos", "koln", "gedreht"]),
        ("Спасибо, эти рецепты очень хорошие", ["рецепт", "хорош"]),
        ("El Camino de la Vida is the song that I love", ["el", "camino", "de", "la", "vida", "song", "love"]),
    ],
)
def test_text_becomes_terms(text, terms):
    assert analyse(text) == terms


def test_terms_are_the_same_in_upper_and_lower_case_and_any_composition():
    assert analyse("CAFÉ Running") == analyse("cafe\u0301 running") == ["cafe", "run"]


def test_text_beyond_the_limit_is_not_indexed():
    assert analyse("bread " * 5000).count("bread") == LONGEST_TEXT // 6


@pytest.mark.parametrize("text", ["a" * 100_000, "a'b" * 40_000, "1,1" * 40_000, "א" * 100_000, "a.1" * 30_000])
def test_hostile_text_of_100_kb_is_quick(text):
    started = time.perf_counter()
    terms = analyse(text)
    assert time.perf_counter() - started < 1
    assert all(0 < len(term) <= LONGEST_TERM for term in terms)


@given(st.text(max_size=300))
def test_terms_are_short_and_never_blank(text):
    terms = analyse(text)
    assert all(0 < len(term) <= LONGEST_TERM and term == term.strip() for term in terms)


@given(st.text(max_size=200))
def test_normalising_again_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=100))
def test_blanks_around_and_between_do_not_count(text):
    assert normalise(f"  {text}\n\t") == normalise(text)
