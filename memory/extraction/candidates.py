"""What extraction reads and returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memory.enums import MemoryType, SignalKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One interaction as extraction sees it; ``is_own`` tells that the creator wrote it.

    ``media`` names its media files, relative to the media folder.
    """

    interaction_id: int
    handle: str
    platform: str
    type: str
    channel: str
    author: str
    text: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    is_own: bool
    media: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalFact:
    """A signal before it is stored; see ``Signal`` for the unit of ``number``, and for ``detail``."""

    kind: SignalKind
    value: str
    number: float | None = None
    unit: str = ""
    extractor: str
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A memory before it is merged with what is known. ``text`` reads as a sentence of an answer."""

    type: MemoryType
    subject: str
    predicate: str
    value: str
    text: str
    keywords: str = ""
    is_slot: bool = False
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Extraction:
    """Everything one interaction gave."""

    signals: tuple[SignalFact, ...]
    candidates: tuple[Candidate, ...]
