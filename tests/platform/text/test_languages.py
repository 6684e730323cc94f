import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veri.platform.text import analyse, detect_language
from veri.platform.text.function_words import FUNCTION_WORDS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I live in Lisbon now.", "en"),
        ("La La Land", ""),
        ("Die Hard", ""),
        ("Casa de la Luna is where we eat", ""),
        ("Merci!", "fr"),
        ("no", ""),
        ("مرحبا بالعالم", ""),
        ("هذا الفيديو من المطبخ", "ar"),
        ("این ویدیو خیلی خوب است", "fa"),
        ("Це відео дуже корисне, дякую", "uk"),
        ("Bu video çok güzel, teşekkürler", "tr"),
        ("Tack för den här videon, det är bra", "sv"),
        ("日本の料理", "ja"),
        ("中国菜", "zh"),
        ("gg wp", ""),
        ("", ""),
    ],
)
def test_language_is_detected(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize("language", sorted(FUNCTION_WORDS))
def test_every_language_is_told_by_its_own_words(language):
    others = {word for other, words in FUNCTION_WORDS.items() if other != language for word in words}
    own = sorted(FUNCTION_WORDS[language] - others)
    assert len(own) >= 5
    assert detect_language(" ".join(own)) == language


@given(st.text(max_size=300))
def test_any_text_is_told_the_same_twice(text):
    assert detect_language(text) == detect_language(text)


@pytest.mark.parametrize("piece", ["a", "la ", "א", "日", "👍", "й ", "'a"])
def test_hostile_text_is_quick(piece):
    started = time.perf_counter()
    detect_language(piece * 100_000)
    analyse(piece * 100_000)
    assert time.perf_counter() - started < 1


def test_question_and_message_of_one_language_meet():
    message, question = "Las recetas nuevas de la cocina están en el canal", "¿Dónde están las recetas nuevas?"
    assert set(analyse(question)) <= set(analyse(message))


@pytest.mark.parametrize(
    "text",
    ["@evaluation-a5e4d955e8da lives in Malmo. home town lives", "@la-casa-de-pan lives in Porto.", "e90d45e3 da7"],
)
def test_names_of_accounts_and_letters_between_digits_tell_no_language(text):
    assert detect_language(text) in {"", "en"}


def test_memory_of_an_account_with_a_spanish_name_is_found_by_english_words():
    assert "live" in analyse("@la-casa-de-pan lives in Porto. home town city place live")
