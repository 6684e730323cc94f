"""What a question finds: what holds now, what held then, and nothing where nothing is known."""

from datetime import UTC, datetime

import pytest

from memory.queries.corpus import CorpusStatistics
from memory.queries.outdated import find_outdated, restates
from memory.queries.periods import find_period, read_time
from memory.queries.retrieval import retrieve
from memory.queries.scoring import score_matches, weigh_terms
from memory.services.assistant import AskedQuestion, ask
from memory.stores import Target, TermMatch
from tests.memory.conftest import form, make_creator, say
from veri.platform.text import analyse


def on(year, month, day=1):
    return datetime(year, month, day, 10, tzinfo=UTC)


def answer(creator, question):
    turn = ask(question=AskedQuestion(creator_id=creator.pk, text=question, action=question))
    return [one["text"] for one in turn.sentences]


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("what was my rate in february 2026?", on(2026, 2), on(2026, 3)),
        ("my rate in dec 2025", on(2025, 12), on(2026, 1)),
        ("how much did i charge in 2025?", on(2025, 1), on(2026, 1)),
        ("my rate during 2026-02", on(2026, 2), on(2026, 3)),
        ("my rate on 3 may 2026", on(2026, 5, 3), on(2026, 5, 4)),
        ("invoice 2026-11", None, None),
        ("what is my rate?", None, None),
        ("what may 2 be?", None, None),
    ],
)
def test_period_of_a_question_is_read(question, start, end):
    found = find_period(question)
    midnight = [one and one.replace(hour=0) for one in (start, end)]
    assert ([found.start, found.end] if found else [None, None]) == midnight


@pytest.mark.parametrize(
    ("question", "history", "past"),
    [
        ("where did i live before?", True, True),
        ("what was my rate?", False, True),
        ("what is my rate?", False, False),
        ("what did i say my current rate is?", False, False),
    ],
)
def test_past_is_recognised(question, history, past):
    found = read_time(question)
    assert (found.history, found.past) == (history, past)


def weigh(*terms, documents=50, **held):
    return weigh_terms(
        terms=terms, statistics=CorpusStatistics(documents=documents, mean_length=10.0, document_frequencies=held)
    )


def cover(weights, *terms):
    found = TermMatch(Target("memory", 1), dict.fromkeys(terms, 1), 10)
    return score_matches(matches=[found], weights=weights, mean_length=10.0)[1][Target("memory", 1)]


def test_unseen_word_weighs_four_known_ones_and_no_more():
    weights = weigh("rate", "video", "zebra", rate=20, video=20)
    assert weights["zebra"] == pytest.approx(4 * weights["rate"])
    assert cover(weights, "rate", "video") == pytest.approx(1 / 3)
    longer = weigh("rate", "video", "sponsor", "zebra", rate=20, video=20, sponsor=20)
    assert cover(longer, "rate", "video", "sponsor") == pytest.approx(3 / 7)


@pytest.mark.parametrize("word", ["5", "2026", "1.5", "x", "approximately"])
def test_number_letter_or_courtesy_covers_nothing(word):
    (term,) = analyse(word)
    assert cover(weigh(term, **{term: 2}), term) == 0.0


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("My rate is $2k.", "$2,000", True),
        ("My rate is $2,000,000.", "$2,000", False),
        ("I live in PORTO.", "Porto", True),
        ("I live in Faro.", "Porto", False),
    ],
)
def test_restated_value_is_recognised(text, value, found):
    assert restates(text, [value]) is found


@pytest.fixture
def told(creator):
    """A rate that rose twice, beside a home that stayed; the first two were also posted."""
    say(creator, "I live in Lisbon now. My rate for a sponsored video is $1,000.", at=on(2026, 1))
    say(creator, "My current rate for a sponsored video is $1,200.", at=on(2026, 3), platform="x", type="post")
    say(creator, "My rate for a sponsored video is $1,500. The oven is a Rational.", at=on(2026, 6))
    say(creator, "Bread 5 is proofing, more please", author="kai", at=on(2026, 6, 2))
    form(creator)
    return creator


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        (
            "What is my rate for a sponsored video?",
            ["@lumenkitchen's rate for a sponsored video is $1,500 (since 1 June 2026)."],
        ),
        (
            "What was my rate for a sponsored video in February 2026?",
            ["@lumenkitchen's rate for a sponsored video is $1,000 (from 1 January 2026 until 1 March 2026)."],
        ),
        (
            "How much did I charge in April 2026?",
            ["@lumenkitchen's rate for a sponsored video is $1,200 (from 1 March 2026 until 1 June 2026)."],
        ),
        ("How much did I charge in 2024?", ["Nothing is known about this yet."]),
        (
            "What was my rate?",
            [
                "@lumenkitchen's rate for a sponsored video is $1,000 (from 1 January 2026 until 1 March 2026).",
                "@lumenkitchen's rate for a sponsored video is $1,200 (from 1 March 2026 until 1 June 2026).",
                "@lumenkitchen's rate for a sponsored video is $1,500 (since 1 June 2026).",
            ],
        ),
        (
            "Could you please tell me approximately how much money brands pay for sponsored videos?",
            ["@lumenkitchen's rate for a sponsored video is $1,500 (since 1 June 2026)."],
        ),
        ("What is my favourite colour?", ["Nothing is known about this yet."]),
        ("What's my shoe size?", ["Nothing is known about this yet."]),
        ("5", ["Nothing is known about this yet."]),
        ("a", ["Nothing is known about this yet."]),
        ("please", ["Nothing is known about this yet."]),
    ],
)
def test_question_is_answered_as_of_the_time_it_asks_for(told, question, sentences):
    assert answer(told, question) == sentences


def test_only_what_is_wholly_outdated_is_hidden(told):
    first, post, latest, _ = told.interactions.order_by("occurred_at").values_list("pk", flat=True)
    found = find_outdated(creator_id=told.pk, interaction_ids=[first, post, latest])
    assert (found.whole, found.values) == ({post}, {first: {"$1,000"}, post: {"$1,200"}})
    assert find_outdated(creator_id=make_creator("pixelforge").pk, interaction_ids=[first, post]).values == {}
    hits = retrieve(creator_id=told.pk, question="Lisbon rate for a sponsored video", limit=50).hits
    assert {one.target.id for one in hits if one.interaction} == {first, latest}
    assert not any("$1,200" in one.text for one in hits)


def test_outdated_sentence_of_a_text_is_not_quoted(told):
    assert all("$1,000" not in one and "$1,200" not in one for one in answer(told, "Lisbon sponsored video rate live"))
