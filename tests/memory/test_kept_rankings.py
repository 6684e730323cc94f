"""A kept ranking says what ranking anew would say, whatever was written meanwhile."""

import asyncio
from datetime import timedelta

import pytest

from memory.enums import MemoryState
from memory.queries.kept_rankings import KeptRanking, KeptRankings, RankingKey
from memory.queries.retrieval import _rankings, retrieve
from tests.conftest import NOW
from tests.memory.conftest import form, say
from veri.platform.connections.bridge import run_bridged, wait_for

QUESTION = "Which camera do I use for bread videos?"
KEY = RankingKey(
    creator_id=1, generation=1, documents=1, mean_length=1.0, terms=("bread",), speakers=frozenset(), date=None,
    asks_time=False, kinds=frozenset(), memory_gain=1.2,
)  # fmt: skip
EMPTY = KeptRanking(ranked=(), scores={}, coverage={}, is_last=True)


def ask(creator, **options) -> list[tuple[object, float, float]]:
    hits = retrieve(creator_id=creator.pk, question=QUESTION, **options).hits
    return [(hit.target, hit.score, hit.coverage) for hit in hits]


@pytest.fixture
def told(creator):
    _rankings.forget()
    for number in range(40):
        say(creator, f"Bread video {number}: the camera stood on the oven.", at=NOW + timedelta(minutes=number))
    say(creator, "My camera is a Sony A7.", at=NOW + timedelta(hours=2))
    form(creator)
    return creator


@pytest.fixture
def ranked_anew(told):
    """Return the answer of a process that keeps nothing."""

    def rank(**options):
        _rankings.forget()
        return ask(told, **options)

    return rank


def test_second_answer_is_the_first(told, ranked_anew):
    first = ranked_anew()
    assert len(_rankings._kept) == 1
    assert ask(told) == first


def test_reader_who_wants_more_than_was_kept_gets_the_same(told, ranked_anew):
    for number in range(150):
        say(told, f"Bread {number}", at=NOW + timedelta(days=1, minutes=number))
    form(told)
    ask(told)
    assert ask(told, limit=180) == ranked_anew(limit=180)
    assert len(ask(told, limit=180)) == 180


@pytest.mark.parametrize("text", ["The camera for bread videos was stolen.", "!"])
def test_what_is_said_since_counts_at_once(told, ranked_anew, text):
    ask(told)
    form(told, say(told, text, at=NOW + timedelta(minutes=5, seconds=30)))
    assert ask(told) == ranked_anew()


def test_states_are_those_of_now(told, ranked_anew):
    found = [target.id for target, _, _ in ask(told) if target.kind == "memory"]
    told.memories.filter(pk=found[0]).update(state=MemoryState.ARCHIVED)
    again = ask(told)
    assert found[0] not in [target.id for target, _, _ in again if target.kind == "memory"]
    assert again == ranked_anew()


def test_what_is_removed_is_gone(told, ranked_anew):
    found = next(target.id for target, _, _ in ask(told) if target.kind == "interaction")
    told.interactions.filter(pk=found).delete()
    assert found not in [target.id for target, _, _ in ask(told) if target.kind == "interaction"]
    assert ask(told) == ranked_anew()


def test_narrowed_and_watched_questions_are_ranked_anew(told):
    from memory.queries.hits import SearchFilters

    ask(told, filters=SearchFilters(platforms=frozenset({"chat"})))
    assert not _rankings._kept


def test_many_at_once_on_a_loop_rank_once():
    rankings, ranked = KeptRankings(), []

    def rank() -> KeptRanking:
        ranked.append(1)
        wait_for(asyncio.sleep(0))
        return EMPTY

    async def ask_together() -> None:
        asked = [run_bridged(rankings.get_or_rank, key=KEY, rank=rank) for _ in range(20)]
        assert await asyncio.gather(*asked) == [EMPTY] * 20

    asyncio.run(ask_together())
    assert ranked == [1]


def test_failure_of_the_first_is_not_that_of_the_others():
    rankings, asked = KeptRankings(), []

    def rank() -> KeptRanking:
        asked.append(1)
        wait_for(asyncio.sleep(0))
        if len(asked) == 1:
            raise ConnectionError("gone")
        return EMPTY

    async def ask_together() -> list[object]:
        return await asyncio.gather(
            *(run_bridged(rankings.get_or_rank, key=KEY, rank=rank) for _ in range(3)), return_exceptions=True
        )

    first, *others = asyncio.run(ask_together())
    assert isinstance(first, ConnectionError)
    assert others == [EMPTY, EMPTY]


def test_only_so_many_are_kept():
    rankings = KeptRankings(most=2)
    for generation in (1, 2, 3):
        key = RankingKey(**{**KEY.__dict__, "generation": generation})
        rankings.get_or_rank(key=key, rank=lambda: EMPTY)
    assert [key.generation for key in rankings._kept] == [2, 3]
