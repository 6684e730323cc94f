"""One contract for both stores: the same rows, the same ranks, the same scores."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from creators.models import Creator, Interaction
from creators.stores import MongoInteractionStore, PostgresInteractionStore
from memory.clients.embeddings import embed_texts, get_space
from memory.enums import EmbeddingProvider
from memory.models import Memory, MemoryVector
from memory.queries.corpus import get_corpus_statistics
from memory.queries.hits import SearchFilters
from memory.queries.retrieval import MONGO, POSTGRES, _prepare, _search
from memory.stores import MongoMemoryStore, MongoSearchStore, PostgresMemoryStore, PostgresSearchStore, QuestionVector
from migration.enums import Stage
from migration.queries.flags import forget_flags
from migration.queries.routes import Store, choose_store, forget_routes
from migration.registry import iterate_specs
from migration.services.backfill import run_backfill
from migration.services.flags import set_flag
from migration.services.relay import relay_batch
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say
from tests.migration.climbing import climb

DAY = timedelta(days=1)
QUESTIONS = (
    "Where do I live now?",
    "Where did I live before?",
    "Who is my main sponsor?",
    "What is my rate for a sponsored video?",
    "sourdough sourdough recipe",
    "What do people feel about cooking?",
    "contract with Brightpan",
    "zxqy gibberish",
    "the of and",
    "👍",
    "",
    "مرحبا",
    "naïve café",
    "When did Mara sell out?",
    "What did Mara bake for the market?",
)
TALK = (
    ("kai", "What did you bake for the market?"),
    ("mara", "Sourdough again, and forty focaccias with rosemary."),
    ("kai", "How was it?"),
    ("mara", "Sold out by noon yesterday, the video of the queue is lovely!"),
    ("kai", "Did Brightpan see it?"),
    ("mara", "They did, and they loved it."),
)
WORDS = ("sourdough", "recipe", "Lisbon", "sponsor", "contract", "Brightpan", "love", "rate", "video", "bread", "café")


def seed_creator(creator: Creator) -> None:
    for day in range(70):  # a long history of one slot
        say(creator, f"My rate for a sponsored video is now ${1000 + day}.", at=NOW - (200 - day) * DAY)
    for day, town in enumerate(("Porto", "Lisbon", "Faro")):
        say(creator, f"I live in {town} now. Our main sponsor, Brightpan!", at=NOW - (30 - day) * DAY)
    say(
        creator,
        "The contract with Brightpan is signed. Deadline is 2026-12-01.",
        platform="email",
        author="ana@b.example",
    )
    for number in range(12):
        say(
            creator,
            f"I love the sourdough recipe {number % 3}, amazing!",
            author="kai",
            platform="youtube",
            type="comment",
        )
    for text in ("", "👍", "same words here", "same words here", "naïve café 🍞", "مرحبا بالعالم", "bread " * 3000):
        say(creator, text, author="kai", at=NOW + timedelta(microseconds=1234))
    for number, (author, text) in enumerate(TALK):
        say(creator, text, author=author, channel="team", at=NOW + timedelta(minutes=number))
    form(creator)


def seed_mongo() -> None:
    """Bring everything to MongoDB by the real way: flag, backfill, relay, parity."""
    set_flag(name="USE_MONGO", is_on=True, actor="test", reason="test", now=timezone.now())
    for spec in iterate_specs():
        run_backfill(name=spec.name, actor="test", reason="test", clock=timezone.now)
    drain()


def drain() -> None:
    names = [spec.name for spec in iterate_specs()]
    while relay_batch(datasets=names).taken:
        pass


def read_from_mongo(*, hybrid: bool = False) -> None:
    for spec in iterate_specs():
        climb(spec.name, Stage.CANARY)
    for flag in ("READ_FROM_MONGO", *(["HYBRID_SEARCH"] if hybrid else [])):
        set_flag(name=flag, is_on=True, actor="test", reason="test", now=timezone.now())
    forget_flags()
    forget_routes()


@pytest.fixture
def both(creator, mongo):
    """Two creators with alike memories, in both stores."""
    other = make_creator("pixelforge")
    seed_creator(creator)
    seed_creator(other)
    seed_mongo()
    return creator, other


def ask(stores, creator, question, *, vector=None, limit=12, filters=None):
    return _search(stores, _prepare(creator.pk, question, vector, limit, filters or SearchFilters()))


def embed(question):
    numbers = embed_texts([question], provider=EmbeddingProvider.WORDLLAMA).vectors[0]
    return QuestionVector(
        space=get_space(EmbeddingProvider.WORDLLAMA), numbers=numbers.astype(np.float16).astype(np.float32)
    )


@pytest.mark.django_db(transaction=True)
def test_both_stores_keep_the_contract(both):  # one seeding for the whole contract: it takes seconds
    creator, other = both
    check_interactions(creator, other)
    check_memories(creator, other)
    check_search(creator, other)
    check_ranks(creator)
    check_isolation(creator, other)
    check_filters(creator)
    check_history(creator)
    check_routing(creator)
    check_deletion(creator)


def check_interactions(creator, other):
    mine = list(creator.interactions.order_by("pk").values_list("pk", flat=True))
    foreign = list(other.interactions.values_list("pk", flat=True))
    answers = []
    for store in (PostgresInteractionStore(), MongoInteractionStore()):
        found = store.get_interactions(creator_id=creator.pk, ids=[*mine, *foreign, 0, 2**62])
        assert sorted(found) == mine
        assert store.get_interactions(creator_id=creator.pk, ids=[]) == {}
        recent = store.list_recent_interactions(creator_id=creator.pk, limit=9)
        assert store.count_interactions(creator_id=creator.pk) == len(mine)
        assert store.count_interactions(creator_id=0) == 0
        answers.append((found, recent))
    assert answers[0] == answers[1]
    newest = Interaction.objects.filter(creator=creator).order_by("-occurred_at", "-pk")[:9]
    assert [one.id for one in answers[0][1]] == [one.pk for one in newest]


def check_memories(creator, other):
    mine = list(creator.memories.order_by("pk").values_list("pk", flat=True))
    foreign = list(other.memories.values_list("pk", flat=True))
    slot = {"subject": creator.handle, "predicate": "home town"}
    answers = []
    for store in (PostgresMemoryStore(), MongoMemoryStore()):
        found = store.get_memories(creator_id=creator.pk, ids=[*mine, *foreign, 0])
        line = store.list_slot_history(creator_id=creator.pk, **slot)
        assert store.list_slot_history(creator_id=other.pk, **slot) == []
        gone = store.find_in_states(creator_id=creator.pk, ids=[*mine, *foreign], states=["superseded"])
        answers.append((found, line, gone))
    assert answers[0] == answers[1]
    found, line, gone = answers[0]
    assert sorted(found) == mine
    assert [(one.value, one.state) for one in line] == [
        ("Porto", "superseded"),
        ("Lisbon", "superseded"),
        ("Faro", "active"),
    ]
    assert gone == set(Memory.objects.filter(creator=creator, state="superseded").values_list("pk", flat=True))
    assert len(gone) == 71


def check_search(creator, other):
    stores = PostgresSearchStore(), MongoSearchStore()
    lists = get_corpus_statistics(creator_id=creator.pk, terms=["sourdough", "lisbon", "nope"]).lists
    matches = [
        {one.target: one for one in store.find_term_matches(creator_id=creator.pk, lists=lists)} for store in stores
    ]
    assert matches[0] == matches[1]
    assert len(matches[0]) > 10
    assert all(store.find_term_matches(creator_id=creator.pk, lists={}) == [] for store in stores)
    for question in ("same words here", "sponsor", "👍"):
        found = [store.find_neighbours(creator_id=creator.pk, vector=embed(question)) for store in stores]
        assert found[0].nearest == found[1].nearest
        assert (found[0].middle, found[0].spread) == pytest.approx((found[1].middle, found[1].spread), abs=1e-12)
        similarities = [one.similarity for one in found[0].nearest]
        assert similarities == sorted(similarities, reverse=True)
        assert len(similarities) == MemoryVector.objects.filter(creator=creator).count()
        mine = (
            set(creator.memories.values_list("pk", flat=True)),
            set(creator.interactions.values_list("pk", flat=True)),
        )
        assert all(one.target.id in mine[one.target.kind == "interaction"] for one in found[0].nearest)
    elsewhere = replace(embed("x"), space=replace(embed("x").space, model_version="another"))
    assert [store.find_neighbours(creator_id=creator.pk, vector=elsewhere).nearest for store in stores] == [[], []]


def check_ranks(creator):
    for question in QUESTIONS:
        for vector in (None, embed(question)):
            first, second = (ask(stores, creator, question, vector=vector) for stores in (POSTGRES, MONGO))
            assert [one.target for one in first] == [one.target for one in second], question
            assert [one.score for one in first] == pytest.approx([one.score for one in second], abs=1e-9)
            assert [one.coverage for one in first] == [one.coverage for one in second]
            assert [(one.memory, one.interaction) for one in first] == [(one.memory, one.interaction) for one in second]
    assert ask(POSTGRES, creator, "zxqy gibberish") == []
    assert ask(POSTGRES, creator, "👍") == ask(POSTGRES, creator, "") == ask(POSTGRES, creator, "the of and") == []


def check_isolation(creator, other):
    foreign = {("memory", pk) for pk in other.memories.values_list("pk", flat=True)}
    foreign |= {("interaction", pk) for pk in other.interactions.values_list("pk", flat=True)}

    @settings(max_examples=25)
    @given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), hybrid=st.booleans())
    def search_for_any_words(words, hybrid):
        question = " ".join(words)
        for stores in (POSTGRES, MONGO):
            hits = ask(stores, creator, question, vector=embed(question) if hybrid else None, limit=200)
            assert foreign.isdisjoint(one.target for one in hits)

    search_for_any_words()


def check_filters(creator):
    cases = (
        (SearchFilters(kinds=frozenset({"memory"})), lambda one: one.memory),
        (SearchFilters(kinds=frozenset({"interaction"})), lambda one: one.interaction),
        (SearchFilters(types=frozenset({"campaign_episodic"})), lambda one: one.memory.type == "campaign_episodic"),
        (SearchFilters(platforms=frozenset({"youtube"})), lambda one: one.interaction.platform == "youtube"),
        (
            SearchFilters(since=NOW),
            lambda one: ((one.memory and one.memory.valid_from) or one.interaction.occurred_at) >= NOW,
        ),
        (
            SearchFilters(until=NOW),
            lambda one: ((one.memory and one.memory.valid_from) or one.interaction.occurred_at) < NOW,
        ),
    )
    for filters, is_right in cases:
        found = [
            ask(stores, creator, "contract sourdough sponsor love", filters=filters) for stores in (POSTGRES, MONGO)
        ]
        assert found[0]
        assert [one.target for one in found[0]] == [one.target for one in found[1]]
        assert all(is_right(one) for one in found[0])


def check_history(creator):
    """A history longer than the candidates does not hide the present, and is told when asked for."""
    for stores in (POSTGRES, MONGO):
        now = ask(stores, creator, "What is my rate for a sponsored video?", limit=3)
        assert (now[0].memory.value, now[0].memory.state) == ("$1,069", "active")
        before = ask(stores, creator, "What was my rate for a sponsored video before?", limit=3)
        assert {one.memory.state for one in before if one.memory} <= {"active", "superseded"}
        assert "superseded" in {one.memory.state for one in before if one.memory}


def check_routing(creator):
    datasets = ("interactions", "memories", "memory_vectors")
    assert choose_store(datasets=datasets, scope=creator.pk) is Store.POSTGRES
    read_from_mongo()
    assert choose_store(datasets=datasets, scope=creator.pk) is Store.MONGO
    form(creator, say(creator, "I live in Braga now.", at=NOW + DAY))
    assert choose_store(datasets=datasets, scope=creator.pk) is Store.POSTGRES
    drain()
    assert choose_store(datasets=datasets, scope=creator.pk) is Store.MONGO
    for stores in (POSTGRES, MONGO):
        assert ask(stores, creator, "Where do I live now?")[0].memory.value == "Braga"


def check_deletion(creator):
    """What was deleted is found in neither store, even while its words are still indexed."""
    said = say(creator, "A quokka visited.", author="kai")
    form(creator, said)
    drain()
    assert all(ask(stores, creator, "quokka") for stores in (POSTGRES, MONGO))
    said.delete()
    drain()
    assert all(ask(stores, creator, "quokka") == [] for stores in (POSTGRES, MONGO))
