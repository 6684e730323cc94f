"""Steps over what was made of the words: answers, contradictions, sessions, lists. Each runs again without harm."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from creators.models import Creator, Interaction
from memory.enums import FeedbackTarget, SignalKind
from memory.extraction.wording import is_worded, read_wording
from memory.models import (
    Feedback,
    ForgetRequest,
    Memory,
    MemoryConflict,
    ProcessedSession,
    RecommendationSet,
    Signal,
)
from memory.services.decay import list_said
from memory.services.forgetting.needles import list_needles
from memory.services.formation import read_interactions
from memory.services.locks import lock_formation
from memory.services.suppression import Said, suppress
from veri.platform.http.services.answers import remove_answers_with
from veri.platform.text import normalise

REDACTED = "Forgotten at the creator's request."
_QUOTES = """
SELECT turn.id FROM memory_conversationturn turn
WHERE turn.creator_id = %(creator)s AND turn.question <> %(redacted)s AND (
  EXISTS (
    SELECT FROM jsonb_array_elements(turn.citations) AS cited
    WHERE (cited ->> 'kind' = 'memory' AND (cited ->> 'id')::bigint = ANY(%(memories)s))
      OR (cited ->> 'kind' = 'interaction' AND (cited ->> 'id')::bigint = ANY(%(interactions)s)))
  OR EXISTS (
    SELECT FROM unnest(%(needles)s::text[]) AS said (words)
    WHERE position(lower(said.words) IN lower(turn.question || ' ' || turn.answer)) > 0))"""
_REDACT = """
UPDATE memory_conversationturn
SET question = %(redacted)s, answer = %(redacted)s, sentences = '[]', citations = '[]' WHERE id = ANY(%(ids)s)"""
_TEXTS = "SELECT answer FROM memory_conversationturn WHERE id = ANY(%(ids)s)"


@transaction.atomic(durable=True)
def suppress_said(request: ForgetRequest, now: datetime) -> int:
    """Keep what the memories say from being formed again, in whatever wording their evidence has it."""
    lock_formation(creator_id=request.creator_id)
    said = list_said(memory_ids=request.memory_ids) | _list_alike(request)
    return suppress(creator_id=request.creator_id, said=said, through=None, now=now)


def _list_alike(request: ForgetRequest) -> set[Said]:
    """Return what the evidence states in free wording that says the same as one of the memories."""
    memories = [one for one in Memory.objects.filter(pk__in=request.memory_ids) if is_worded(one.predicate)]
    if not memories:
        return set()
    creator = Creator.objects.get(pk=request.creator_id)
    rested = Interaction.objects.filter(memory_evidence__memory__in=memories).distinct().order_by("occurred_at", "pk")
    read = read_interactions(creator, list(rested))
    known = {(one.subject, one.predicate): read_wording(one.value) for one in memories}
    return {
        Said(subject=one.subject, predicate=one.predicate, value=one.value)
        for _, one in read.candidates
        if (leader := known.get((one.subject, one.predicate))) and leader.says_the_same(read_wording(one.value))
    }


@transaction.atomic(durable=True)
def redact_answers(request: ForgetRequest, now: datetime) -> int:
    """Redact the turns that cite or quote, questions too, and delete the answers kept for repeated requests."""
    needles = list_needles(request=request)
    parameters: dict[str, Any] = {
        "creator": request.creator_id,
        "memories": request.memory_ids,
        "interactions": request.interaction_ids,
        "needles": needles,
        "redacted": REDACTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUOTES, parameters)
        ids = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_TEXTS, {"ids": ids})
        answers = [text for (text,) in cursor.fetchall()]
        removed = remove_answers_with(texts=[*needles, *answers])
        cursor.execute(_REDACT, {"ids": ids, "redacted": REDACTED})
    return len(ids) + removed


@transaction.atomic(durable=True)
def clear_reviews(request: ForgetRequest, now: datetime) -> int:
    """Delete contradictions about the values, what language models stated of them, and what sessions still hold."""
    memories = list(Memory.objects.filter(pk__in=request.memory_ids).values_list("subject", "predicate", "value"))
    return (
        _delete_conflicts(request.creator_id, memories)
        + _delete_statements(request, {(predicate, normalise(value)) for _, predicate, value in memories})
        + _clear_sessions(request)
    )


def _delete_conflicts(creator_id: int, memories: Sequence[tuple[str, str, str]]) -> int:
    wanted = {(subject, predicate, normalise(value)) for subject, predicate, value in memories}
    about = {pair[:2] for pair in wanted}
    found = [
        one.pk
        for one in MemoryConflict.objects.filter(creator_id=creator_id, predicate__in={pair[1] for pair in about})
        if wanted & {(one.subject, one.predicate, normalise(value)) for value in (one.first_value, one.second_value)}
    ]
    return MemoryConflict.objects.filter(pk__in=found).delete()[0]


def _delete_statements(request: ForgetRequest, wanted: set[tuple[str, str]]) -> int:
    stated = Signal.objects.filter(
        kind=SignalKind.STATEMENT, interaction__memory_evidence__memory__in=request.memory_ids
    )
    found = [
        one.pk
        for one in stated.distinct()
        if isinstance(one.detail, dict)
        and (str(one.detail.get("predicate")), normalise(str(one.detail.get("value")))) in wanted
    ]
    return Signal.objects.filter(pk__in=found).delete()[0]


def _clear_sessions(request: ForgetRequest) -> int:
    read = Q()
    for pk in request.interaction_ids:
        read |= Q(interactions__contains=pk)
    if not read:
        return 0
    held = ProcessedSession.objects.filter(read, creator_id=request.creator_id).exclude(answer="", error="")
    return held.update(answer="", error="")


@transaction.atomic(durable=True)
def clear_lists(request: ForgetRequest, now: datetime) -> int:
    """Delete recommendations made for the creator or that quote the words, and feedback about what goes."""
    quoting = Q(creator_id=request.creator_id)
    for needle in list_needles(request=request):
        quoting |= Q(shown__icontains=orjson.dumps(needle).decode()[1:-1])
    shown = RecommendationSet.objects.annotate(shown=Cast("items", TextField()))
    keys = list(shown.filter(quoting).values_list("pk", flat=True))
    removed, _ = RecommendationSet.objects.filter(pk__in=keys).delete()
    about = Q(target_kind=FeedbackTarget.MEMORY, target_id__in=request.memory_ids) | Q(
        target_kind=FeedbackTarget.INTERACTION, target_id__in=request.interaction_ids
    )
    return removed + Feedback.objects.filter(about).delete()[0]
