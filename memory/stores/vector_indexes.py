"""PostgreSQL's nearest-neighbour indexes: one for each creator with many vectors, over his rows alone.

A shared index filters after it has searched: others' vectors crowd out a creator's. https://github.com/pgvector/pgvector
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from memory.enums import EmbeddingProvider
from memory.models import VectorSpace, get_table
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.connections.reading import fetch_rows

PREFIX = "vector_nearest"
NEIGHBOURS, CONSTRUCTION_EFFORT = 16, 200  # pgvector's m and ef_construction
BUILDING = 7_303_001  # advisory lock: one builder at a time
LOCK_SECONDS = 60  # the locks of building keep no reader or writer waiting
BUILD_SECONDS = 900
BUILD_MEMORY = "256MB"

_COUNT = """
SELECT creator_id, count(*) FROM {table} WHERE model = %s AND model_version = %s
GROUP BY creator_id HAVING count(*) >= %s ORDER BY count(*) DESC, creator_id LIMIT %s"""
_BUILD = """
CREATE INDEX CONCURRENTLY {index} ON {table} USING hnsw (embedding halfvec_cosine_ops)
WITH (m = {m}, ef_construction = {effort}) WHERE {rows}"""


def name_index(*, creator_id: int, provider: EmbeddingProvider) -> str:
    """Return the name of the index over a creator's vectors of a provider."""
    return f"{PREFIX}_{provider.value}_{creator_id:d}"


def select_rows(*, creator_id: int, space: VectorSpace) -> str:
    """Return the SQL condition of a creator's vectors; the index's condition is the same text."""
    model, version = (one.replace("'", "''") for one in (space.model, space.model_version))
    return f"creator_id = {creator_id:d} AND model = '{model}' AND model_version = '{version}'"


def count_many(*, space: VectorSpace, minimum: int, limit: int) -> list[tuple[int, int]]:
    """Return the creators with at least so many vectors and how many they have, most first; reads an index whole."""
    sql = _COUNT.format(table=get_table(space.provider))
    return [(creator, count) for creator, count in fetch_rows(sql, [space.model, space.model_version, minimum, limit])]


@contextmanager
def open_builder() -> Iterator[Any]:
    """Yield a connection of its own that may build and drop indexes, or None while another process builds."""
    with open_dedicated_connection(application_name="veri-vector-indexes") as builder:
        ((is_mine,),) = builder.execute("SELECT pg_try_advisory_lock(%s)", [BUILDING]).fetchall()
        if not is_mine:
            yield None
            return
        builder.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        builder.execute(f"SET statement_timeout = '{BUILD_SECONDS}s'")
        builder.execute(f"SET maintenance_work_mem = '{BUILD_MEMORY}'")
        yield builder


def build_index(builder: Any, *, creator_id: int, space: VectorSpace) -> None:
    """Build a creator's index while reads and writes go on.

    Raises:
        psycopg.Error: it took too long, or a lock was not to be had; an index that is not valid is left behind.
    """
    builder.execute(
        _BUILD.format(
            index=name_index(creator_id=creator_id, provider=space.provider),
            table=get_table(space.provider),
            m=NEIGHBOURS,
            effort=CONSTRUCTION_EFFORT,
            rows=select_rows(creator_id=creator_id, space=space),
        )
    )


def drop_index(builder: Any, *, name: str) -> None:
    """Drop an index while reads and writes go on."""
    builder.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}")


def list_conditions() -> dict[str, str]:
    """Return the condition of every index by its name, as PostgreSQL writes it."""
    found = fetch_rows(
        "SELECT v.name, pg_get_expr(i.indpred, i.indrelid)"
        " FROM memory_vectorindex v JOIN pg_index i ON i.indexrelid = v.id::oid",
        [],
    )
    return dict(found)


def has_condition_of(condition: str, space: VectorSpace) -> bool:
    """Return whether a condition as PostgreSQL writes it is of a space's model."""
    names = (one.replace("'", "''") for one in (space.model, space.model_version))
    return all(f"'{name}'::text" in condition for name in names)
