"""Somebody a creator should meet: one each local day, the same all day, nobody twice within sixty days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from creators.models import Creator, CreatorBlock, CreatorSummary
from creators.queries.games.streaks import list_zone_spans
from creators.streak_rules import find_day
from memory.models import Introduction
from memory.queries.discovery import CreatorFilters, CreatorQuestion, FoundCreator, Weights, find_creators
from memory.queries.own_vectors import get_summary_vector, to_vector
from memory.services.locks import lock_introduction
from memory.services.summaries import build_summary
from veri.platform.text import analyse

NOT_WITHIN = timedelta(days=60)
CANDIDATES = 50
SHOWN_TAGS = 5
ENOUGH_TAGS = 3
NEAR, SHARED, NEW = 0.5, 0.3, 0.2  # like-minded first, then common ground, then something he does not have
_BY_LIKENESS = Weights(semantic=1.0, popularity=0.0, recency=0.0, personalisation=0.0, diversity=0.0)


@dataclass(frozen=True, kw_only=True)
class _Meeting:
    creator_id: int
    score: float
    reason: dict[str, Any]


def get_introduction(*, creator: Creator, now: datetime) -> tuple[date, Introduction | None]:
    """Return a creator's local day and whom he should meet on it; None when there is nobody, or nobody any more.

    The first who asks on a day decides; who withdraws, or is blocked, is shown to nobody and not replaced that day.
    """
    today = find_day(at=now, spans=list_zone_spans(creator_id=creator.pk, zone=creator.timezone))
    held = _find_held(creator, today)
    if held is None:
        found = _choose(creator, today, now)
        held = _keep(creator, today, found, now) if found else None
    if held is None or not _may_be_shown(creator, held):
        return today, None
    return today, held


def _find_held(creator: Creator, today: date) -> Introduction | None:
    rows = Introduction.objects.filter(creator=creator, day=today)
    return rows.select_related("met", "met__summary").defer("met__summary__embedding").first()


@transaction.atomic(durable=True)
def _keep(creator: Creator, today: date, found: _Meeting, now: datetime) -> Introduction | None:
    lock_introduction(creator_id=creator.pk)
    Introduction.objects.get_or_create(
        creator=creator,
        day=today,
        defaults={"met_id": found.creator_id, "score": found.score, "reason": found.reason, "made_at": now},
    )
    return _find_held(creator, today)


def _choose(creator: Creator, today: date, now: datetime) -> _Meeting | None:
    """Return the best: like-minded, with common ground and something new; equal ones by id."""
    own = CreatorSummary.objects.filter(pk=creator.pk).defer("embedding").first()
    summary = None if own else build_summary(creator=creator)
    vector = get_summary_vector(creator_id=creator.pk) if own else to_vector(summary.embedding if summary else None)
    tags = {tag.lower() for tag in [*creator.tags, *(own or summary or creator).tags]}
    terms = sorted(set(analyse(" ".join(sorted(tags)))))
    if vector is None and not terms:
        return None
    question = CreatorQuestion(
        terms=terms,
        vector=vector,
        filters=CreatorFilters(excluded=_list_excluded(creator, today)),
        weights=_BY_LIKENESS,
        limit=CANDIDATES,
    )
    meetings = [_weigh(one, tags) for one in find_creators(question=question, now=now)]
    return max(meetings, key=lambda one: (round(one.score, 9), -one.creator_id), default=None)


def _weigh(found: FoundCreator, own: set[str]) -> _Meeting:
    theirs = list(dict.fromkeys(tag.lower() for tag in found.tags))
    shared = [tag for tag in theirs if tag in own]
    new = [tag for tag in theirs if tag not in own]
    near = found.components["semantic"]
    score = NEAR * near + SHARED * _share(shared) + NEW * _share(new)
    reason = {"likeness": round(near, 4), "shared": shared[:SHOWN_TAGS], "new": new[:SHOWN_TAGS]}
    return _Meeting(creator_id=found.creator_id, score=score, reason=reason)


def _share(tags: list[str]) -> float:
    return min(len(tags), ENOUGH_TAGS) / ENOUGH_TAGS


def _list_excluded(creator: Creator, today: date) -> list[int]:
    """Return himself, his owner's others, who blocks him or is blocked, and whom he met within sixty days."""
    met = Introduction.objects.filter(creator=creator, day__gt=today - NOT_WITHIN).values_list("met_id", flat=True)
    own: Iterable[int] = [creator.pk]
    if creator.owner_id is not None:
        own = Creator.objects.filter(owner_id=creator.owner_id).values_list("pk", flat=True)
    return sorted({*met, *own, *_list_blocked(creator)})


def _list_blocked(creator: Creator) -> set[int]:
    rows = CreatorBlock.objects.filter(Q(creator=creator) | Q(blocked=creator))
    return {pk for pair in rows.values_list("creator_id", "blocked_id") for pk in pair} - {creator.pk}


def _may_be_shown(creator: Creator, held: Introduction) -> bool:
    is_findable = CreatorSummary.objects.filter(pk=held.met_id, creator__is_active=True).exists()
    return is_findable and held.met_id not in _list_blocked(creator)
