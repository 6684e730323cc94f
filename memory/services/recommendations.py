"""Recommendations, computed when asked for and kept for a day or until what they rest on changes."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from creators.generations import build_namespace, get_generation
from creators.models import Brand, Creator, CreatorSummary
from creators.services.summaries import DISCOVERY
from memory.enums import FeedbackTarget, RecommendationKind
from memory.models import RecommendationSet
from memory.queries.content_ideas import find_content_ideas
from memory.queries.discovery import CreatorFilters, CreatorQuestion, Weights, find_creators
from memory.queries.providers import get_discovery_space
from memory.services.discovery import list_similar
from memory.services.offered_campaigns import list_offered_campaigns
from memory.services.question_vectors import get_question_vector
from memory.services.tastes import Subject, get_taste
from veri.platform.text import analyse

KEPT = timedelta(hours=24)
ACTIVE_WITHIN = timedelta(days=180)  # who published nothing for longer is not available
DIVERSITY = 0.3
WEIGHTS = Weights(semantic=0.25, popularity=0.15, recency=0.1, personalisation=0.2, diversity=DIVERSITY)
LIMIT = 20
SIMILAR = 20


def recommend_creators(*, brand: Brand, subject: Subject, now: datetime) -> RecommendationSet:
    """Return creators for a brand: consenting, active, not among the last fifty it saw.

    They are compared with the brand's description and its taste.
    """
    taste = get_taste(subject=subject)
    generation = (
        f"{get_generation(namespace=DISCOVERY)}{taste.moved}:{_hash_seen(taste.seen)}:{brand.updated_at.timestamp()}"
    )
    held = _find_held({"brand": brand}, RecommendationKind.CREATORS, generation, now)
    if held is None:
        described = f"{brand.name} {brand.description}"
        question = CreatorQuestion(
            terms=sorted(set(analyse(brand.description))),
            vector=get_question_vector(described, space=get_discovery_space()) if brand.description.strip() else None,
            taste=taste.vector,
            filters=CreatorFilters(
                excluded=[pk for kind, pk in taste.seen if kind == FeedbackTarget.CREATOR],
                active_since=now - ACTIVE_WITHIN,
            ),
            weights=WEIGHTS,
            limit=LIMIT,
        )
        found = find_creators(question=question, now=now)
        items = [{"creator_id": one.creator_id, "score": one.score, "why": dict(one.contributions)} for one in found]
        held = _keep({"brand": brand}, RecommendationKind.CREATORS, items, generation, now)
    held.items = _show_creators(held.items)
    return held


def recommend_content_ideas(*, creator: Creator, now: datetime) -> RecommendationSet:
    """Return topics that do well for similar creators and that this one has not covered, with their evidence."""
    generation = (
        f"{get_generation(namespace=DISCOVERY)}{get_generation(namespace=build_namespace(creator_id=creator.pk))}"
    )
    held = _find_held({"creator": creator}, RecommendationKind.CONTENT_IDEAS, generation, now)
    if held is None:
        similar = [one.creator_id for one in list_similar(creator=creator, limit=SIMILAR, now=now)]
        ideas = find_content_ideas(creator_id=creator.pk, similar_ids=similar, diversity=DIVERSITY, limit=LIMIT)
        items = [asdict(idea) for idea in ideas]
        held = _keep({"creator": creator}, RecommendationKind.CONTENT_IDEAS, items, generation, now)
    held.items = _show_ideas(held.items)
    return held


def recommend_campaigns(*, creator: Creator, now: datetime) -> RecommendationSet:
    """Return the campaigns a creator holds an offer for, the best for him first; always made anew."""
    items = list_offered_campaigns(creator=creator, limit=LIMIT, now=now)
    return _keep({"creator": creator}, RecommendationKind.CAMPAIGNS, items, "", now)


@transaction.atomic(durable=True)
def remove_expired_recommendations(*, now: datetime) -> int:
    removed, _ = RecommendationSet.objects.filter(expires_at__lte=now).delete()
    return removed


def _find_held(
    owner: dict[str, Any], kind: RecommendationKind, generation: str, now: datetime
) -> RecommendationSet | None:
    return RecommendationSet.objects.filter(**owner, kind=kind, generation=generation, expires_at__gt=now).first()


def _keep(
    owner: dict[str, Any], kind: RecommendationKind, items: list[dict[str, Any]], generation: str, now: datetime
) -> RecommendationSet:
    with transaction.atomic(durable=True):
        kept, _ = RecommendationSet.objects.update_or_create(
            **owner,
            kind=kind,
            defaults={"items": items, "generation": generation, "computed_at": now, "expires_at": now + KEPT},
        )
    return kept


def _show_creators(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items of creators who may be found now, with their present names."""
    rows = CreatorSummary.objects.select_related("creator").defer("embedding")
    shown = rows.in_bulk([item["creator_id"] for item in items])
    return [
        {
            **item,
            "handle": shown[item["creator_id"]].creator.handle,
            "display_name": shown[item["creator_id"]].creator.display_name,
        }
        for item in items
        if item["creator_id"] in shown
    ]


def _show_ideas(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the ideas with that evidence whose makers may be found now; an idea left without any is dropped."""
    makers = {one["creator_id"] for item in items for one in item["evidence"]}
    handles = dict(CreatorSummary.objects.filter(pk__in=makers).values_list("creator_id", "creator__handle"))
    shown = [
        {
            **item,
            "evidence": [
                {**one, "handle": handles[one["creator_id"]]}
                for one in item["evidence"]
                if one["creator_id"] in handles
            ],
        }
        for item in items
    ]
    return [item for item in shown if item["evidence"]]


def _hash_seen(seen: list[tuple[str, int]]) -> str:
    return f"{len(seen)}:{seen[-1][0]}{seen[-1][1]}" if seen else "0"
