"""Search by vectors: 200,000 of them in no order of creators, one creator with 2,000 and one with 20,000.

Vectors are synthetic: topics, with noise around each. The two creators also have memories with words; the others have
vectors only, which are in the way as a real table's rows would be.
"""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import psycopg
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from creators.models import Creator, User
from memory.clients.embeddings import embed_texts, get_space
from memory.datasets import VECTOR_DATASETS
from memory.enums import EmbeddingProvider, MemoryType, TargetKind
from memory.models import Memory, MemoryVector, VectorSpace
from memory.queries.retrieval import retrieve
from memory.services.indexing import index_documents, list_documents
from memory.services.vector_indexes import align_vector_indexes
from memory.services.vectors import _write_vector
from memory.stores import MongoSearchStore, PostgresSearchStore, QuestionVector
from memory.stores.mongo_search import forget_vectors
from migration.queries.routes import Store
from migration.services.relay import map_rows, read_current
from migration.stores.documents import create_indexes, write_documents
from tests.bench.measuring import Bound, Figure, at_least, at_most, compare, get_percentile, judge
from tests.bench.tables import empty_stores
from veri.platform.connections.copying import copy_rows
from veri.platform.connections.postgres import open_dedicated_connection

TOTAL, SMALL, LARGE, OTHERS = 200_000, 2_000, 20_000, 98
TOPICS, NOISE = 400, 0.9
QUESTIONS = 200
TEXTS = 4_000
CHUNK = 20_000  # rows a statement
WANTED = 10
P95_MS = {SMALL: at_most(30), LARGE: at_most(60)}
RECALL = at_least(0.98)
TEXTS_A_SECOND = at_least(2_000)
PROCESS_MB = at_most(400)
EXACT = """
SELECT kind, target_id FROM memory_memoryvector WHERE creator_id = %s AND model = %s AND model_version = %s
ORDER BY (embedding <=> %s::halfvec) + 0 LIMIT 10"""
_RESIDENT = """
import django, resource
django.setup()
import veri.urls
from memory.clients.embeddings import embed_texts
from memory.enums import EmbeddingProvider
embed_texts(["What is my rate?"], provider=EmbeddingProvider.WORDLLAMA)
print(int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6)
"""
Numbers = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _World:
    """Topics vectors lie around, and where they are compared."""

    space: VectorSpace
    topics: Numbers
    random: np.random.Generator

    def draw(self, count: int) -> Numbers:
        """Return unit vectors in the precision of stored ones."""
        chosen = self.topics[self.random.integers(0, TOPICS, count)]
        drawn = chosen + NOISE * self.random.normal(size=chosen.shape) / np.sqrt(chosen.shape[1])
        unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit.astype(np.float16).astype(np.float32)


def measure() -> list[Figure]:
    empty_stores()
    world = _build_world()
    small, large, others = _create_creators()
    mine = {small: world.draw(SMALL), large: world.draw(LARGE)}
    _load_words(small, SMALL)
    _load_words(large, LARGE)
    questions = world.draw(QUESTIONS)
    figures = [*_measure_embedding(), _measure_process()]
    _load_vectors(world, [(creator, one) for creator, vectors in mine.items() for one in enumerate(vectors, start=1)])
    align_vector_indexes()
    alone = {creator: _measure_recall(world, creator, mine[creator], questions) for creator in mine}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE memory_memoryvector")
    assert len(align_vector_indexes().dropped) == 1
    _load_vectors(world, list(_mix(world, mine, others)))
    seconds = _time_ms(align_vector_indexes) / 1000
    figures.append(Figure(name=f"index of {LARGE:,} vectors, built while in use", value=seconds, unit="s"))
    for creator, count in ((small, SMALL), (large, LARGE)):
        recall = _measure_recall(world, creator, mine[creator], questions)
        name = f"vectors, {count:,} of a creator"
        figures += [
            judge(name=f"{name}: recall@10", value=recall, unit="", bound=RECALL, note=f"{alone[creator]:.4f} alone"),
            *_measure_speed(world, name, creator, questions, P95_MS[count]),
        ]
    return figures + _measure_mongo(world, small, large, questions)


def _build_world() -> _World:
    space = get_space(EmbeddingProvider.WORDLLAMA)
    random = np.random.default_rng(7)
    topics = random.normal(size=(TOPICS, 256))
    return _World(space=space, topics=topics / np.linalg.norm(topics, axis=1, keepdims=True), random=random)


def _create_creators() -> tuple[int, int, list[int]]:
    owner = User.objects.create_user(username="bench")
    now = timezone.now()
    made = Creator.objects.bulk_create(
        Creator(owner=owner, handle=f"bench{number}", created_at=now, updated_at=now) for number in range(OTHERS + 2)
    )
    small, large, *others = [one.pk for one in made]
    return small, large, others


def _load_words(creator_id: int, count: int) -> None:
    """Give a creator memories whose words can be searched; their ids count from the target ids of his vectors."""
    random, now = Random(creator_id), timezone.now()  # noqa: S311  made-up words
    words = ["".join(random.choices("abcdefghijklmnoprstuvwz", k=7)) for _ in range(3_000)]
    made = [
        Memory(
            creator_id=creator_id,
            type=MemoryType.CONTENT_KNOWLEDGE,
            subject="bench",
            predicate=str(number),
            value=str(number),
            text=" ".join(random.choices(words, k=12)),
            content_hash=f"{creator_id}-{number}",
            confidence=0.9,
            valid_from=now,
            recorded_at=now,
        )
        for number in range(count)
    ]
    Memory.objects.bulk_create(made, batch_size=1000)
    index_documents(creator_id=creator_id, documents=list_documents(made, []))


def _mix(world: _World, mine: dict[int, Numbers], others: list[int]) -> Iterator[tuple[int, tuple[int, Numbers]]]:
    """Yield all creators' vectors in no order: the worst way they can lie in the table."""
    rest = TOTAL - SMALL - LARGE
    drawn = world.draw(rest)
    rows = [(creator, one) for creator, vectors in mine.items() for one in enumerate(vectors, start=1)]
    rows += [(others[number % OTHERS], (10_000_000 + number, drawn[number])) for number in range(rest)]
    for index in world.random.permutation(len(rows)):
        yield rows[index]


def _load_vectors(world: _World, rows: list[tuple[int, tuple[int, Numbers]]]) -> None:
    """Copy vectors of (creator, (number, vector)); a creator's numbers are those of his memories."""
    for start in range(0, len(rows), CHUNK):
        _copy_vectors(world, rows[start : start + CHUNK])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE memory_memoryvector")


def _copy_vectors(world: _World, rows: list[tuple[int, tuple[int, Numbers]]]) -> None:
    first = dict(Memory.objects.order_by("creator_id", "pk").distinct("creator_id").values_list("creator_id", "pk"))
    space = world.space
    copy_rows(
        model=MemoryVector,
        columns=("creator_id", "kind", "target_id", "model", "model_version", "embedding"),
        rows=(
            (
                creator,
                TargetKind.MEMORY.value,
                first.get(creator, 1) + number - 1,
                space.model,
                space.model_version,
                _write_vector(vector),
            )
            for creator, (number, vector) in rows
        ),
    )


def _measure_recall(world: _World, creator_id: int, vectors: Numbers, questions: Numbers) -> float:
    """Return the share of the ten really nearest that are among the ten found."""
    first = Memory.objects.filter(creator=creator_id).order_by("pk").values_list("pk", flat=True)[0]
    store, shares = PostgresSearchStore(), []
    for question in questions:
        best = np.argpartition(-(vectors @ question), WANTED)[:WANTED]
        found = store.find_neighbours(
            creator_id=creator_id, vector=QuestionVector(space=world.space, numbers=question)
        ).nearest[:WANTED]
        shares.append(len({one.target.id for one in found} & {first + int(row) for row in best}) / WANTED)
    return float(np.mean(shares))


def _measure_speed(world: _World, name: str, creator_id: int, questions: Numbers, bound: Bound) -> list[Figure]:
    """Measure whole retrievals by words and vectors, each followed by the bare SQL of the exact vector search."""
    texts = itertools.cycle(Memory.objects.filter(creator=creator_id).values_list("text", flat=True)[:QUESTIONS])
    retrieved, bare, near = [], [], []
    store = PostgresSearchStore()
    with open_dedicated_connection() as plain:
        for text, numbers in zip(texts, questions, strict=False):
            vector = QuestionVector(space=world.space, numbers=numbers)
            retrieved.append(_time_ms(lambda: _retrieve(creator_id, text, vector)))  # noqa: B023  called at once
            near.append(_time_ms(lambda: store.find_neighbours(creator_id=creator_id, vector=vector)))  # noqa: B023  same
            bare.append(_time_ms(lambda: _search(plain, world.space, creator_id, numbers)))  # noqa: B023  same
    return [
        judge(name=f"{name}: retrieval p95", value=get_percentile(retrieved, 95), unit="ms", bound=bound),
        compare(
            name=f"{name}: dense arm p95",
            value=get_percentile(near, 95),
            unit="ms",
            reference_name="ms bare exact SQL, ten nearest",
            reference=get_percentile(bare, 95),
        ),
    ]


def _retrieve(creator_id: int, text: str, vector: QuestionVector) -> None:
    question = " ".join(text.split()[:3])
    assert retrieve(creator_id=creator_id, question=question, vector=vector, store=Store.POSTGRES).hits


def _search(plain: psycopg.Connection, space: VectorSpace, creator_id: int, numbers: Numbers) -> None:
    plain.execute(EXACT, [creator_id, space.model, space.model_version, _write_vector(numbers)]).fetchall()


def _time_ms(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def _measure_embedding() -> list[Figure]:
    texts = [f"I baked {number} loaves of sourdough for the market, all gone by noon" for number in range(TEXTS)]
    embed_texts(texts[:1], provider=EmbeddingProvider.WORDLLAMA)
    seconds = _time_ms(lambda: embed_texts(texts, provider=EmbeddingProvider.WORDLLAMA)) / 1000
    return [judge(name="embedding, wordllama", value=TEXTS / seconds, unit="texts/s", bound=TEXTS_A_SECOND)]


def _measure_process() -> Figure:
    """Measure a process of its own with the routes of the web and the model loaded."""
    done = subprocess.run([sys.executable, "-c", _RESIDENT], capture_output=True, text=True, check=True)
    return judge(name="a process with the model", value=float(done.stdout.split()[-1]), unit="MB", bound=PROCESS_MB)


def _measure_mongo(world: _World, small: int, large: int, questions: Numbers) -> list[Figure]:
    """Measure MongoDB's scan the first time and while nothing changes."""
    figures, store = [], MongoSearchStore()
    create_indexes(VECTOR_DATASETS[EmbeddingProvider.WORDLLAMA])
    for creator, count in ((small, SMALL), (large, LARGE)):
        _bring_to_mongo(creator)
        forget_vectors()
        vectors = [QuestionVector(space=world.space, numbers=one) for one in questions]
        first, *again = [
            _time_ms(lambda: store.find_neighbours(creator_id=creator, vector=one))  # noqa: B023  called at once
            for one in vectors
        ]
        name = f"vectors, {count:,} of a creator, MongoDB"
        figures += [
            Figure(name=f"{name}: first scan", value=first, unit="ms", note="reads every vector"),
            Figure(
                name=f"{name}: further scans, p95", value=get_percentile(again, 95), unit="ms", note="kept in memory"
            ),
        ]
    return figures


def _bring_to_mongo(creator_id: int) -> None:
    spec = VECTOR_DATASETS[EmbeddingProvider.WORDLLAMA]
    keys = list(MemoryVector.objects.filter(creator=creator_id).values_list("pk", flat=True))
    for start in range(0, len(keys), 1000):
        documents, _ = map_rows(spec, read_current(spec, keys=keys[start : start + 1000]))
        write_documents(spec, documents)
