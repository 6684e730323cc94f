"""Messages are ranked by what is said around them; everything else keeps its place."""

from datetime import UTC, datetime, timedelta
from math import log

import pytest

from memory.queries.conversations import UtteranceRecord
from memory.queries.dialogue import DialogueQuestion, DialogueWeights, asks_for_time, score_utterances
from memory.queries.periods import NamedDate, find_named_date
from memory.queries.retrieval import retrieve
from tests.conftest import NOW
from tests.memory.conftest import form, say

NOTHING = dict.fromkeys(DialogueWeights.__dataclass_fields__, 0.0)


def on(year, month, day):
    return datetime(year, month, day, 10, tzinfo=UTC)


def utter(pk, position, *, conversation="chat:team", speaker="kai", at=NOW, length=3, is_question=False, times=0):
    return UtteranceRecord(pk, conversation, position, speaker, at, length, is_question, times)


def score(utterances, *, lexical=None, similar=None, speakers=(), date=None, asks_time=False, **weights):
    asked = DialogueQuestion(
        lexical=lexical or {},
        similar=similar or {},
        speakers=frozenset(speakers),
        date=date,
        asks_time=asks_time,
        weights=DialogueWeights(**NOTHING | weights),
    )
    return score_utterances(utterances=utterances, asked=asked)


def test_words_spread_by_distance_within_a_conversation():
    said = [utter(1, 1), utter(2, 2), utter(3, 4), utter(4, 10), utter(5, 1, conversation="chat:sales")]
    found = score(said, lexical={1: 2.0}, around=0.5)
    assert found == pytest.approx({1: 2.0, 2: 0.5 * 2 * 0.8, 3: 0.5 * 2 * 0.8**3, 4: 0.0, 5: 0.0})


def test_answer_takes_over_the_words_of_its_question():
    said = [utter(1, 1, is_question=True), utter(2, 2), utter(3, 3), utter(4, 5, is_question=True), utter(5, 7)]
    found = score(said, lexical={1: 2.0, 4: 3.0}, asked_before=0.5, question=-1.0)
    assert found == pytest.approx({1: 1.0, 2: 1.0, 3: 0.0, 4: 2.0, 5: 0.0})


def test_similarity_counts_and_spreads():
    said = [utter(1, 1), utter(2, 3)]
    asked = DialogueQuestion(
        lexical={},
        similar={1: 2.0},
        speakers=frozenset(),
        date=None,
        asks_time=False,
        weights=DialogueWeights(**NOTHING | {"similar": 1.5, "similar_around": 0.5}),
    )
    assert score_utterances(utterances=said, asked=asked) == pytest.approx({1: 3.0, 2: 0.5 * 2 * 0.36})


def test_kind_of_a_message_counts():
    said = [utter(1, 1, speaker="mara", length=3), utter(2, 2, length=99, times=2, at=on(2026, 5, 3))]
    found = score(said, speakers=["mara"], asks_time=True, speaker=2.0, length=1.0, times=0.25)
    assert found == pytest.approx({1: 2 + log(4), 2: log(41) + 0.5})


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("what did kai say on 3 may 2026?", NamedDate(month=5, year=2026, day=3)),
        ("what did kai say on may 3rd?", NamedDate(month=5, day=3)),
        ("the plan of august 2026", NamedDate(month=8, year=2026)),
        ("what was baked in march", NamedDate(month=3)),
        ("on 2026-02-03", NamedDate(month=2, year=2026, day=3)),
        ("may i march on?", None),
        ("what is my rate?", None),
    ],
)
def test_date_of_a_question_is_read(question, named):
    assert find_named_date(question) == named


@pytest.mark.parametrize(
    ("date", "at", "weight"),
    [
        (NamedDate(month=5, year=2026, day=3), on(2026, 5, 3), 1.0),
        (NamedDate(month=5, year=2026, day=3), on(2026, 5, 4), 1.0),
        (NamedDate(month=5, year=2026, day=3), on(2026, 5, 9), 0.45),
        (NamedDate(month=5, year=2026, day=3), on(2026, 5, 2), 0.0),
        (NamedDate(month=12, day=30), on(2026, 1, 2), 0.45),
        (NamedDate(month=2, day=31), on(2026, 2, 28), 1.0),
        (NamedDate(month=5, year=2026), on(2026, 5, 31), 1.0),
        (NamedDate(month=12, year=2025), on(2026, 1, 9), 0.45),
        (NamedDate(month=5), on(2024, 5, 9), 1.0),
        (NamedDate(month=5, year=2026), on(2026, 4, 30), 0.0),
        (NamedDate(month=5, year=2026), on(2025, 5, 9), 0.0),
    ],
)
def test_news_of_a_date_is_told_for_a_while(date, at, weight):
    assert date.weigh(at) == weight


@pytest.mark.parametrize(
    ("question", "asks"),
    [("when did kai bake?", True), ("how long was it?", True), ("in which year?", True), ("who baked?", False)],
)
def test_question_for_a_time_is_recognised(question, asks):
    assert asks_for_time(question) is asks


@pytest.fixture
def talked(creator):
    lines = (
        ("Kai", "What did you bring to the market?"),
        ("Mara", "Forty focaccias with rosemary and a lot of patience."),
        ("Kai", "The weather is grey here."),
    )
    said = [
        say(creator, text, author=author, channel="team", at=NOW + timedelta(minutes=number))
        for number, (author, text) in enumerate(lines)
    ]
    form(creator)
    return creator, said


def test_answer_without_a_word_of_the_question_is_found_first(talked):
    creator, said = talked
    hits = retrieve(creator_id=creator.pk, question="What did Mara bring to the market?").hits
    assert {one.target.id for one in hits} == {one.pk for one in said}
    assert (hits[0].target.id, hits[0].coverage) == (said[1].pk, 0.0)  # shown, but no answer of its own


def test_comments_are_ranked_by_their_own_words(creator):
    said = [
        say(
            creator,
            text,
            author="kai",
            platform="youtube",
            type="comment",
            channel="video",
            at=NOW + timedelta(minutes=n),
        )
        for n, text in enumerate(("What did you bring to the market?", "Forty focaccias with rosemary."))
    ]
    form(creator)
    hits = retrieve(creator_id=creator.pk, question="What did Kai bring to the market?").hits
    assert [one.target.id for one in hits if one.interaction] == [said[0].pk]
