"""Memories and search behind one interface each, with an adapter per store."""

from memory.stores.memories import MemoryRecord, MemoryStore
from memory.stores.mongo_memories import MongoMemoryStore
from memory.stores.mongo_search import MongoSearchStore
from memory.stores.narrowing import MongoNarrowingStore, Narrowing, NarrowingStore, PostgresNarrowingStore
from memory.stores.postgres_memories import PostgresMemoryStore
from memory.stores.postgres_search import PostgresSearchStore
from memory.stores.search import (
    Neighbour,
    Neighbourhood,
    QuestionVector,
    SearchStore,
    Target,
    TermMatch,
    TermScoring,
)

__all__ = [
    "MemoryRecord",
    "MemoryStore",
    "MongoMemoryStore",
    "MongoNarrowingStore",
    "MongoSearchStore",
    "Narrowing",
    "NarrowingStore",
    "Neighbour",
    "Neighbourhood",
    "PostgresMemoryStore",
    "PostgresNarrowingStore",
    "PostgresSearchStore",
    "QuestionVector",
    "SearchStore",
    "Target",
    "TermMatch",
    "TermScoring",
]
