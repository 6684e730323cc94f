"""Search candidates from PostgreSQL: posting lists, and pgvector."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connection, transaction

from memory.halfvecs import read_halfvecs
from memory.models import VectorSpace, get_table
from memory.stores.postings import PostingList
from memory.stores.ranking import gather_neighbours
from memory.stores.search import (
    MEASURED,
    NEAREST,
    SAMPLE_STEP,
    SAMPLED,
    Neighbourhood,
    QuestionVector,
    Target,
    TermMatch,
    TermScoring,
)
from memory.stores.term_matches import choose_best, list_matches
from memory.stores.vector_indexes import name_index, select_rows
from veri.platform.connections.reading import fetch_rows

# Whether the creator has more vectors than are measured, and whether a valid index of his own answers.
_LOOK = """
SELECT (SELECT count(*) FROM (SELECT FROM {table} WHERE creator_id = {creator:d} LIMIT {more}) found),
       coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{index}')), false)"""
# The creator and the model stand in the text itself: only so does the planner see that the creator's own index, which
# covers just these rows, will do. OFFSET 0: bytes are made of the nearest only.
_NEAREST = """
SELECT kind, target_id, halfvec_send(embedding) FROM (
  SELECT kind, target_id, embedding FROM {table}
  WHERE {rows} ORDER BY embedding <=> '{vector}'::halfvec LIMIT {nearest} OFFSET 0) nearest"""
_ALL = "SELECT kind, target_id, halfvec_send(embedding) FROM {table} WHERE {rows}"
_SAMPLE = """
SELECT halfvec_send(embedding) FROM {table} WHERE {rows} AND target_id %% {step} = 0
ORDER BY target_id, kind LIMIT {sampled}"""
SPARE = 16  # pgvector computes in single precision: near the limit its order may differ from the final one
EFFORT = 400  # candidates the index keeps while it looks; at least as many as are wanted


class PostgresSearchStore:
    def find_term_matches(self, *, creator_id: int, lists: Mapping[str, PostingList]) -> list[TermMatch]:
        return list_matches(lists=lists)

    def find_best_matches(
        self, *, creator_id: int, lists: Mapping[str, PostingList], scoring: TermScoring, limit: int
    ) -> list[TermMatch]:
        return choose_best(lists=lists, scoring=scoring, limit=limit)

    def find_neighbours(self, *, creator_id: int, vector: QuestionVector) -> Neighbourhood:
        names = _name_parts(creator_id, vector.space)
        ((count, has_index),) = fetch_rows(_LOOK.format(**names), [])
        if count <= MEASURED:
            return _gather(fetch_rows(_ALL.format(**names), []), vector, limit=MEASURED)
        if not has_index:
            return _find_many(names, vector)
        with _preferring_indexes():
            return _find_many(names, vector)


def _name_parts(creator_id: int, space: VectorSpace) -> dict[str, Any]:
    return {
        "table": get_table(space.provider),
        "creator": creator_id,
        "index": name_index(creator_id=creator_id, provider=space.provider),
        "rows": select_rows(creator_id=creator_id, space=space).replace("%", "%%"),
        "step": SAMPLE_STEP,
        "sampled": SAMPLED,
        "more": MEASURED + 1,
        "nearest": NEAREST + SPARE,
    }


@contextmanager
def _preferring_indexes() -> Iterator[None]:
    """Let the planner read in the order of indexes, and a nearest-neighbour index look far enough."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {EFFORT}; SET LOCAL enable_sort = off")
        yield
        cursor.execute("SET LOCAL hnsw.ef_search TO DEFAULT; SET LOCAL enable_sort TO DEFAULT")


def _find_many(names: dict[str, Any], vector: QuestionVector) -> Neighbourhood:
    written = orjson.dumps(vector.numbers, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    near = fetch_rows(_NEAREST.format(**names, vector=written), [])
    sample = [embedding for (embedding,) in fetch_rows(_SAMPLE.format(**names), [])]
    return _gather(near, vector, limit=NEAREST, sample=sample)


def _gather(
    rows: Sequence[tuple[Any, ...]], vector: QuestionVector, *, limit: int, sample: Sequence[bytes] | None = None
) -> Neighbourhood:
    """Return the neighbourhood from rows of (kind, target id, bytes of the vector)."""
    return gather_neighbours(
        targets=[Target(kind, target_id) for kind, target_id, _ in rows],
        matrix=read_halfvecs([embedding for _, _, embedding in rows]),
        asked=vector.numbers,
        limit=limit,
        sample=read_halfvecs(sample) if sample is not None else None,
    )
