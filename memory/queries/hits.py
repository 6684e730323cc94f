"""What a search is narrowed to, what it is asked, and what it finds."""

from dataclasses import dataclass
from datetime import datetime

from creators.stores import InteractionRecord
from memory.stores import MemoryRecord, Narrowing, Target
from migration.queries.routes import Store


@dataclass(frozen=True, kw_only=True)
class SearchFilters:
    """What a search is narrowed to; empty means everything. ``since`` is included, ``until`` is not.

    ``terms`` are index terms that must all stand in a text: those of brands and tags.
    """

    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrowing(self) -> Narrowing:
        names = ("types", "platforms", "terms", "since", "until")
        return Narrowing(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found. ``coverage`` is the share of the question's weight its words carry.

    ``is_dormant`` tells a memory that has faded: it is found, and comes after everything that has not.

    ``outdated`` are values an interaction also states that hold no longer: sentences with them are not to be quoted.
    """

    target: Target
    score: float
    coverage: float
    memory: MemoryRecord | None = None
    interaction: InteractionRecord | None = None
    outdated: frozenset[str] = frozenset()
    is_dormant: bool = False

    @property
    def order(self) -> tuple[bool, float, Target]:
        """Return what hits are sorted by, best first; equal bits make no difference."""
        return self.is_dormant, -round(self.score, 9), self.target

    @property
    def text(self) -> str:
        found = self.memory or self.interaction
        return found.text if found else ""


@dataclass(frozen=True, kw_only=True)
class Retrieval:
    """Hits, best first, with the store they came from."""

    hits: list[Hit]
    store: Store
    fell_back: bool
    is_hybrid: bool
