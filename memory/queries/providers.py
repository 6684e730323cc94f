"""Whose vectors are searched and made. Every process sees a change within two seconds: the copy lives one."""

from dataclasses import dataclass

from django.conf import settings
from django.db import ProgrammingError, connection

from memory.clients.embeddings import get_space
from memory.datasets import VECTOR_DATASETS
from memory.enums import EmbeddingProvider, ReembeddingState
from memory.models import DIMENSIONS, VectorSpace
from veri.platform.cache.brief import BriefCopy
from veri.platform.connections.reading import fetch_rows

_READ = r"""
SELECT 'active', provider, '' FROM memory_embeddingchoice
UNION ALL
SELECT state, source, target FROM memory_reembedding WHERE state IN ('running', 'switched')
UNION ALL
SELECT 'captured', name, '' FROM migration_dataset WHERE is_capturing AND name LIKE 'memory\_vectors%%'"""


@dataclass(frozen=True, kw_only=True)
class ProvidersInUse:
    """The provider that is searched, the one a re-embedding is about to replace it by, and those not dropped yet.

    ``captured`` are those whose rows MongoDB follows: also of one that the environment alone was changed away from, so
    that what is erased is erased there too.
    """

    active: EmbeddingProvider
    target: EmbeddingProvider | None = None
    kept: frozenset[EmbeddingProvider] = frozenset()
    captured: frozenset[EmbeddingProvider] = frozenset()

    @property
    def written(self) -> tuple[EmbeddingProvider, ...]:
        """Return who makes vectors of what is new, the searched one first."""
        return (self.active, self.target) if self.target else (self.active,)

    @property
    def every(self) -> frozenset[EmbeddingProvider]:
        return self.kept | self.captured | set(self.written)


def get_providers_in_use() -> ProvidersInUse:
    """Return this process's copy, at most a second old."""
    return _copy.get()


def get_active_provider() -> EmbeddingProvider:
    """Return whose vectors are searched."""
    return get_providers_in_use().active


def get_discovery_space() -> VectorSpace:
    """Return the space of what brands and recommendations compare; its tables hold wordllama's dimensions.

    The active provider's where it fits them, else wordllama's.
    """
    active = get_active_provider()
    fits = DIMENSIONS[active] == DIMENSIONS[EmbeddingProvider.WORDLLAMA]
    return get_space(active if fits else EmbeddingProvider.WORDLLAMA)


def read_providers_in_use() -> ProvidersInUse:
    """Return what the database says now: for what decides writes."""
    active, target = EmbeddingProvider(settings.EMBEDDING_PROVIDER), None
    kept, captured = set(), set()
    for state, first, second in _fetch():
        if state == "active":
            active = EmbeddingProvider(first)
        elif state == ReembeddingState.RUNNING:
            target = EmbeddingProvider(second)
        elif state == ReembeddingState.SWITCHED:
            kept.add(EmbeddingProvider(first))
        else:
            captured |= {provider for provider, spec in VECTOR_DATASETS.items() if spec.name == first}
    return ProvidersInUse(active=active, target=target, kept=frozenset(kept), captured=frozenset(captured))


def forget_providers() -> None:
    """Drop this process's copy, so that the next reading asks the database."""
    _copy.forget()


def _fetch() -> list[tuple[str, ...]]:
    try:
        return fetch_rows(_READ, [])
    except ProgrammingError:
        if connection.in_atomic_block:  # spoilt now
            raise
        return []  # while migrations run, the tables may not exist yet


_copy = BriefCopy(read_providers_in_use)
