"""Indexes of creators with many vectors: built, used, found again, dropped; and the memory of MongoDB's scan."""

from importlib import import_module

import numpy as np
import pytest
from django.db import DataError, connection, transaction

from memory.clients.embeddings import get_space
from memory.enums import EmbeddingProvider
from memory.models import MemoryVector, VectorIndex, VoyageVector
from memory.services.vector_indexes import align_vector_indexes
from memory.services.vectors import _write_vector
from memory.stores import MongoSearchStore, PostgresSearchStore, QuestionVector
from memory.stores.mongo_search import forget_vectors
from memory.stores.mongo_vector_search import has_vector_search
from memory.stores.search import NEAREST
from memory.stores.vector_cache import CreatorVectors, Generation, VectorCache
from migration.registry import get_spec
from migration.services.relay import map_rows, read_current
from migration.stores.documents import write_documents
from tests.memory.conftest import make_creator
from veri.platform.connections.copying import copy_rows

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 1_600
SPACE = get_space(EmbeddingProvider.WORDLLAMA)


@pytest.fixture
def many(creator, settings):
    """One creator has 1,600 vectors around 40 topics, enough for an index; another 1,100 around the same."""
    settings.VECTOR_INDEX_MINIMUM = 1_500
    random = np.random.default_rng(5)
    topics = random.normal(size=(40, 256))
    made = {}
    for one, count, first in ((creator, COUNT, 1), (make_creator("pixelforge"), 1_100, 10_000)):
        drawn = topics[random.integers(0, 40, count)] + random.normal(scale=0.8, size=(count, 256))
        unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        made[one.pk] = store(one, unit.astype(np.float16).astype(np.float32), first=first)
    return creator, made[creator.pk], topics


def store(creator, vectors, *, first):
    copy_rows(
        model=MemoryVector,
        columns=("creator_id", "kind", "target_id", "model", "model_version", "embedding"),
        rows=(
            (creator.pk, "memory", first + number, SPACE.model, SPACE.model_version, _write_vector(one))
            for number, one in enumerate(vectors)
        ),
    )
    return vectors


def ask(topics, number):
    return QuestionVector(space=SPACE, numbers=topics[number].astype(np.float16).astype(np.float32))


def find_exactly(vectors, asked):
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    nearest = np.argsort(-(vectors.astype(np.float64) @ asked.numbers / lengths))[:10]
    return [int(row) + 1 for row in nearest]


def count_scans():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    return sum(VectorIndex.objects.values_list("scans", flat=True))


def test_index_of_a_creator_is_built_used_and_dropped(many, settings):
    creator, vectors, topics = many
    search = PostgresSearchStore()
    scanned = [search.find_neighbours(creator_id=creator.pk, vector=ask(topics, number)) for number in range(20)]
    name = f"vector_nearest_wordllama_{creator.pk}"
    assert align_vector_indexes().built == [name]
    index = VectorIndex.objects.get()
    assert (index.name, index.provider, index.creator, index.is_valid) == (name, "wordllama", creator, True)
    assert align_vector_indexes().built == []
    found = [search.find_neighbours(creator_id=creator.pk, vector=ask(topics, number)) for number in range(20)]
    assert count_scans() > 0
    hits = 0
    for number, (by_scan, by_index) in enumerate(zip(scanned, found, strict=True)):
        exact = find_exactly(vectors, ask(topics, number))
        assert [one.target.id for one in by_scan.nearest[:10]] == exact
        assert len(by_scan.nearest) == len(by_index.nearest) == NEAREST
        assert (by_scan.middle, by_scan.spread) == pytest.approx((by_index.middle, by_index.spread), abs=1e-12)
        hits += len(set(exact) & {one.target.id for one in by_index.nearest[:10]})
    assert hits >= 196  # recall@10 of 0.98
    settings.VECTOR_INDEX_MINIMUM = 1_900  # he keeps it within a fifth below
    assert align_vector_indexes().dropped == []
    creator.delete()
    assert align_vector_indexes().dropped == [name]
    assert not VectorIndex.objects.exists()


def test_index_that_is_not_valid_is_not_used_and_built_anew(many):
    creator, vectors, topics = many
    name = align_vector_indexes().built[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name])
    found = PostgresSearchStore().find_neighbours(creator_id=creator.pk, vector=ask(topics, 0))
    assert [one.target.id for one in found.nearest[:10]] == find_exactly(vectors, ask(topics, 0))
    aligned = align_vector_indexes()
    assert (aligned.dropped, aligned.built) == ([name], [name])
    assert VectorIndex.objects.get().is_valid


def test_index_of_an_earlier_model_makes_way(many):
    creator, _, _ = many
    name = align_vector_indexes().built[0]
    MemoryVector.objects.update(model_version="0")
    assert align_vector_indexes().dropped == [name]
    store(creator, np.eye(256, dtype=np.float32)[np.arange(COUNT) % 256], first=1)
    assert align_vector_indexes().built == [name]


def test_number_of_indexes_is_bounded(many, settings):
    settings.VECTOR_INDEX_MINIMUM, settings.VECTOR_INDEX_LIMIT = 1_000, 1
    creator, _, _ = many
    assert align_vector_indexes().built == [f"vector_nearest_wordllama_{creator.pk}"]


def test_both_stores_agree_on_many_vectors_and_one_remembers(many, mongo):
    creator, _, topics = many
    spec = get_spec("memory_vectors")
    bring(spec, MemoryVector.objects.filter(creator=creator))
    forget_vectors()
    stores = PostgresSearchStore(), MongoSearchStore()

    def compare(number):
        first, second = (one.find_neighbours(creator_id=creator.pk, vector=ask(topics, number)) for one in stores)
        assert first.nearest == second.nearest
        assert (first.middle, first.spread) == pytest.approx((second.middle, second.spread), abs=1e-12)
        return first

    compare(0)
    mongo.memory_vectors.drop()  # what is kept answers
    compare(1)
    MemoryVector.objects.filter(creator=creator, target_id=1).update(target_id=900_000)
    missing = stores[1].find_neighbours(creator_id=creator.pk, vector=ask(topics, 2))
    assert missing.nearest == []  # PostgreSQL changed: MongoDB is read again, which has nothing now
    bring(spec, MemoryVector.objects.filter(creator=creator))
    assert compare(2).nearest
    MemoryVector.objects.filter(creator=creator, target_id=900_000).delete()
    mongo.memory_vectors.delete_one({"target_id": 900_000})
    compare(3)


def bring(spec, rows):
    keys = list(rows.values_list("pk", flat=True))
    documents, refused = map_rows(spec, read_current(spec, keys=keys))
    assert not refused
    assert write_documents(spec, documents) == []


def test_server_without_vector_search_is_found_out(mongo):
    mongo.memory_vectors.insert_one({"_id": 1})
    assert has_vector_search(mongo.memory_vectors) is False


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_vector_that_is_no_direction_is_refused(creator, number):
    vector = np.ones(256, dtype=np.float32)
    vector[7] = number
    with pytest.raises(DataError):
        MemoryVector.objects.create(
            creator=creator, kind="memory", target_id=1, model="m", model_version="1", embedding=vector.tolist()
        )


def test_memory_of_vectors_is_bounded_and_forgets_the_oldest():
    def make(rows):
        return CreatorVectors(
            generation=Generation(count=rows, version=rows),
            targets=[],
            matrix=np.zeros((rows, 256), dtype=np.float32),
        )

    cache = VectorCache(most_bytes=3 * 1024 * 10)
    for number in (1, 2, 3, 4):
        cache.get(creator_id=number, space=SPACE, current=Generation(count=10, version=10), load=lambda: make(10))
    assert cache.size == 3 * 1024 * 10
    loads = []
    for number in (4, 1):
        cache.get(
            creator_id=number,
            space=SPACE,
            current=Generation(count=10, version=10),
            load=lambda: loads.append(1) or make(10),
        )
    assert len(loads) == 1
    lagging = cache.get(creator_id=9, space=SPACE, current=Generation(count=11, version=11), load=lambda: make(10))
    assert (lagging.generation.count, cache.size) == (10, 3 * 1024 * 10)


def test_vectors_of_voyage_move_into_their_table_and_back(creator):
    moved = import_module("memory.migrations.0018_move_voyage_vectors").Migration.operations[0]
    for number, model in enumerate(("voyage-3.5-lite", SPACE.model)):
        MemoryVector.objects.create(
            creator=creator, kind="memory", target_id=number, model=model, model_version="1", embedding=[0.5] * 256
        )
    run(moved.sql)
    assert list(MemoryVector.objects.values_list("model", flat=True)) == [SPACE.model]
    assert VoyageVector.objects.values_list("creator", "kind", "target_id", "model", "model_version").get() == (
        *(creator.pk, "memory", 0, "voyage-3.5-lite", "1"),
    )
    run(moved.reverse_sql)
    assert (MemoryVector.objects.count(), VoyageVector.objects.count()) == (2, 0)


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
