"""Creators whose data tempt each other, and random questions of one that must never find anything of another."""

from collections import Counter
from datetime import timedelta
from random import Random

import numpy as np

from creators.models import Creator, Interaction
from memory.clients.embeddings import embed_texts, get_space
from memory.enums import EmbeddingProvider
from memory.models import Memory
from memory.queries.hits import SearchFilters
from memory.queries.retrieval import retrieve
from memory.queries.tracing import RetrievalTrace
from memory.services.evaluation.creators import _bring_to_mongo
from memory.stores import QuestionVector
from migration.queries.routes import Store
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator

DAY = timedelta(days=1)
WORDS = [
    "sourdough",
    "recipe",
    "oven",
    "bread",
    "rate",
    "sponsor",
    "contract",
    "video",
    "Lisbon",
    "Porto",
    "love",
    "hate",
    "fee",
    "paid",
    "meet",
    "market",
    "team",
]
STATED = (
    "My rate for a sponsored video is ${amount}.",
    "I live in {town} now.",
    "The contract with Brightpan is signed, they pay ${amount}.",
    "Brightpan is now our main sponsor.",
    "Deadline is 2026-12-01 for the {town} video.",
)
ASKED = (
    "What is my rate for a sponsored video?",
    "Where did I live before?",
    "Who is the main sponsor of {other}?",
    "What was my rate in October 2026?",
    "secret{number}",
    "What did {other} say about {word} and {word2}?",
    "{word} {word2}",
    "",
)


def fill_creators(*, seed: int, count: int, messages: int) -> list[Creator]:
    """Return creators in both stores, all with the same words, brands and people, and a secret of their own each."""
    chance = Random(seed)  # noqa: S311  not a secret
    creators = [make_creator(f"isle{number}") for number in range(count)]
    for number, creator in enumerate(creators):
        Interaction.objects.bulk_create(_build(chance, creator, number, place) for place in range(messages))
        form(creator)
        _bring_to_mongo(creator)
    return creators


def _build(chance: Random, creator: Creator, number: int, place: int) -> Interaction:
    words = " ".join(chance.choices(WORDS, k=8))
    stated = chance.choice(STATED).format(amount=chance.randrange(100, 9999), town=chance.choice(["Faro", "Ghent"]))
    return Interaction(
        creator=creator, platform=chance.choice(["chat", "email", "youtube"]), type="message", channel="team",
        external_id=f"{place}", author=chance.choice([creator.handle, "kai", "isle0"]),
        text=f"{stated} {words} secret{number}", occurred_at=NOW - place * DAY, received_at=NOW,
    )  # fmt: skip


def retrieve_often(*, creators: list[Creator], seed: int, times: int) -> Counter[str]:
    """Ask random questions of random creators on random stores; return how many were asked and hits seen, by store.

    Raises:
        AssertionError: something foreign was found; names the seed's number of the question.
    """
    chance = Random(seed)  # noqa: S311  not a secret
    own = {one.pk: _list_own(one) for one in creators}
    seen: Counter[str] = Counter()
    for number in range(times):
        creator, store = chance.choice(creators), chance.choice(list(Store))
        question, trace = _ask(chance, creators), RetrievalTrace()
        found = retrieve(
            creator_id=creator.pk, question=question, vector=_embed(question) if chance.random() < 0.3 else None,
            limit=chance.choice([3, 12, 50]), filters=_filter(chance), store=store, trace=trace,
        )  # fmt: skip
        said = (number, question, store)
        candidates = {*trace.found.own, *trace.found.scores, *(one.target for one in trace.found.near.nearest)}
        assert candidates <= own[creator.pk], said  # each layer by itself, not only the last
        assert {one.target for one in found.hits} <= own[creator.pk], said
        assert all((one.memory or one.interaction).creator_id == creator.pk for one in found.hits), said
        assert all(
            {("interaction", pk) for pk in one.memory.latest_evidence} <= own[creator.pk]
            for one in found.hits
            if one.memory
        ), said
        seen["asked"] += 1
        seen[store.value] += len(found.hits)
    return seen


def _list_own(creator: Creator) -> set[tuple[str, int]]:
    return {("memory", pk) for pk in Memory.objects.filter(creator=creator).values_list("pk", flat=True)} | {
        ("interaction", pk) for pk in creator.interactions.values_list("pk", flat=True)
    }


def _ask(chance: Random, creators: list[Creator]) -> str:
    number = chance.randrange(len(creators))
    word, word2 = chance.choices(WORDS, k=2)
    return chance.choice(ASKED).format(other=creators[number].handle, number=number, word=word, word2=word2)


def _filter(chance: Random) -> SearchFilters:
    return chance.choice(
        [
            SearchFilters(),
            SearchFilters(),
            SearchFilters(kinds=frozenset({"memory"})),
            SearchFilters(platforms=frozenset({"email"})),
            SearchFilters(types=frozenset({"creator_entity"})),
            SearchFilters(terms=frozenset({"brightpan"})),
            SearchFilters(since=NOW - 9 * DAY, until=NOW),
        ]
    )


_vectors: dict[str, QuestionVector] = {}


def _embed(question: str) -> QuestionVector:
    if question not in _vectors:
        made = embed_texts([question], provider=EmbeddingProvider.WORDLLAMA).vectors[0]
        numbers = made.astype(np.float16).astype(np.float32)
        _vectors[question] = QuestionVector(space=get_space(EmbeddingProvider.WORDLLAMA), numbers=numbers)
    return _vectors[question]
