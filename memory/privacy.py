"""What becomes of memory's models when a person is erased."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from creators.generations import build_namespace
from creators.services.summaries import DISCOVERY
from memory.models import RecommendationSet
from veri.platform.cache.aside import drop_namespace
from veri.platform.ops.privacy import (
    EraseStep,
    OnErase,
    PersonalData,
    Phase,
    Subject,
    about,
    register_data,
    register_impersonal,
    register_step,
)

_MADE = "made from the creator's interactions"
_BRANDS = "the brand's own considerations"
_OF_CREATOR = (
    "ContentIndexEntry",
    "ConversationTurn",
    "ForgetRequest",
    "IndexedDocument",
    "Memory",
    "MemoryConflict",
    "MinilmVector",
    "MemoryVector",
    "Posting",
    "ProcessedSession",
    "RecommendationSet",
    "RetrievalWeights",
    "ReturnPrediction",
    "Signal",
    "Utterance",
    "VoyageVector",
)
_CLEAR_MATCHES = """
UPDATE memory_brandmatch SET items = coalesce((
  SELECT jsonb_agg(item ORDER BY place) FROM jsonb_array_elements(items) WITH ORDINALITY AS shown (item, place)
  WHERE NOT coalesce(item->>'creator_id', '') = ANY(%(ids)s)), '[]')
WHERE jsonb_typeof(items) = 'array' AND EXISTS (
  SELECT FROM jsonb_array_elements(items) AS item WHERE item->>'creator_id' = ANY(%(ids)s))"""
_INDEXES = {
    "CorpusSize": "counts of an index",
    "MemorySuppression": "salted hashes of what was forgotten",
}


def register_privacy() -> None:
    register_data(
        *(_delete(name, about(creator="creator"), _MADE) for name in _OF_CREATOR),
        *(_delete(name, about(creator="creator"), why, not_exported=why) for name, why in _INDEXES.items()),
        PersonalData(
            model="memory.VectorIndex",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason="a view of PostgreSQL's own list; the index is empty now, and dropped within the hour",
            not_exported="the name and size of an index",
        ),
        _delete("MemoryEvidence", about(creator="memory__creator"), _MADE),
        _delete("MemoryUse", about(creator="memory__creator"), "how often answers cited a memory"),
        _delete("AnswerFeedback", about(creator="turn__creator", user="user"), "what was said of answers"),
        _delete("Feedback", _find_feedback, "what the person liked, or what was liked of the creator"),
        _delete("PreferenceProfile", about(user="user"), "the person's taste"),
        _delete("MatchDecision", about(creator="creator"), "what brands decided of the creator", not_exported=_BRANDS),
        _delete("Introduction", _find_introductions, "whom the creator met, and who met him"),
        PersonalData(
            model="memory.BrandMatch",
            find=about(user="requested_by"),
            on_erase=OnErase.EMPTY,
            reason="that a brand asked stays known; what the person wrote goes, with what it was shown",
            emptied={"requested_by": None, "brief": {}, "items": [], "seed": ""},
        ),
    )
    register_impersonal(
        "counts, settings and figures of searches and runs",
        "memory.DecayRun",
        "memory.EmbeddingChoice",
        "memory.EvaluationRun",
        "memory.LearningRun",
        "memory.Reembedding",
        "memory.ReturnModel",
    )
    register_step(EraseStep(name="lists", phase=Phase.DERIVED, run=clear_lists))
    register_step(EraseStep(name="matches", phase=Phase.DERIVED, run=clear_matches))
    register_step(EraseStep(name="caches", phase=Phase.STORES, run=clear_caches))


@transaction.atomic(durable=True)
def clear_lists(*, subject: Subject, now: datetime) -> int:
    """Delete all kept recommendations: others' may quote the creator, and all are made anew when asked for."""
    return RecommendationSet.objects.all().delete()[0]


@transaction.atomic(durable=True)
def clear_matches(*, subject: Subject, now: datetime) -> int:
    """Take the creators out of what brands were shown; return how many answers they were in."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR_MATCHES, {"ids": [str(pk) for pk in subject.creator_ids]})
        return int(cursor.rowcount)


def clear_caches(*, subject: Subject, now: datetime) -> int:
    """Delete what is cached of the creators and of discovery.

    Raises:
        RedisError: Redis is away.
    """
    spaces = [DISCOVERY, *(build_namespace(creator_id=pk) for pk in subject.creator_ids)]
    return sum(drop_namespace(namespace=space) for space in spaces)


def _delete(name: str, find: object, reason: str, *, not_exported: str = "") -> PersonalData:
    return PersonalData(
        model=f"memory.{name}",
        find=find,  # type: ignore[arg-type]  # one of the registry's
        on_erase=OnErase.DELETE,
        reason=reason,
        not_exported=not_exported,
    )


def _find_introductions(subject: Subject) -> Q:
    return about(creator="creator")(subject) | about(creator="met")(subject)


def _find_feedback(subject: Subject) -> Q:
    about_creators = Q(target_kind="creator", target_id__in=subject.creator_ids)
    return Q(user__in=subject.user_ids) | about_creators
