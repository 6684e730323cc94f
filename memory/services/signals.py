"""Store signals, and read what language models stated back as candidates."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

from memory.enums import SignalKind
from memory.extraction import Candidate, Source
from memory.extraction.candidates import SignalFact
from memory.extraction.stated import build_stated_candidate
from memory.models import Signal
from veri.platform.connections.copying import copy_rows

_COLUMNS = (*("creator_id", "interaction_id", "kind", "value", "number", "unit", "extractor", "detail", "recorded_at"),)


def copy_signals(*, creator_id: int, facts: Sequence[tuple[int, SignalFact]], now: datetime) -> int:
    """Store the signals that are not stored yet, in the caller's transaction and formation lock; return how many."""
    read = Signal.objects.filter(interaction__in={pk for pk, _ in facts})
    known = set(read.values_list("interaction_id", "kind", "value"))
    return copy_rows(
        model=Signal,
        columns=_COLUMNS,
        rows=(
            _build_row(creator_id, pk, fact, now)
            for pk, fact in facts
            if (pk, fact.kind.value, fact.value) not in known
        ),
    )


def read_stated_candidates(*, sources: Iterable[Source]) -> list[tuple[int, Candidate]]:
    """Return the candidate memories of statements that are stored as signals: no model is asked again."""
    by_id = {one.interaction_id: one for one in sources}
    stored = Signal.objects.filter(interaction__in=by_id, kind=SignalKind.STATEMENT).order_by("interaction_id", "value")
    found = [
        (pk, build_stated_candidate(source=by_id[pk], detail=detail))
        for pk, detail in stored.values_list("interaction_id", "detail")
    ]
    return [(pk, candidate) for pk, candidate in found if candidate]


def read_transcripts(*, interaction_ids: Iterable[int]) -> dict[int, str]:
    """Return what was said in the media of interactions, by interaction."""
    stored = Signal.objects.filter(interaction__in=list(interaction_ids), kind=SignalKind.TRANSCRIPT)
    found: dict[int, list[str]] = {}
    for pk, detail in stored.order_by("interaction_id", "value").values_list("interaction_id", "detail"):
        if isinstance(detail, dict) and isinstance(detail.get("text"), str):
            found.setdefault(pk, []).append(detail["text"])
    return {pk: "\n".join(texts) for pk, texts in found.items()}


def _build_row(creator_id: int, pk: int, fact: SignalFact, now: datetime) -> tuple[object, ...]:
    detail = None if fact.detail is None else orjson.dumps(fact.detail).decode()
    return (creator_id, pk, fact.kind.value, fact.value, fact.number, fact.unit, fact.extractor, detail, now)
