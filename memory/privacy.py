"""What becomes of memory's models when a person is erased."""

from datetime import datetime

from django.db import transaction
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
    "Signal",
    "Utterance",
    "VoyageVector",
)
_INDEXES = {
    "CorpusSize": "counts of an index",
    "MemorySuppression": "salted hashes of what was forgotten",
    "VectorIndex": "the name of an index; the index itself is dropped within the hour",
}


def register_privacy() -> None:
    register_data(
        *(_delete(name, about(creator="creator"), _MADE) for name in _OF_CREATOR),
        *(_delete(name, about(creator="creator"), why, not_exported=why) for name, why in _INDEXES.items()),
        _delete("MemoryEvidence", about(creator="memory__creator"), _MADE),
        _delete("MemoryUse", about(creator="memory__creator"), "how often answers cited a memory"),
        _delete("AnswerFeedback", about(creator="turn__creator", user="user"), "what was said of answers"),
        _delete("Feedback", _find_feedback, "what the person liked, or what was liked of the creator"),
        _delete("PreferenceProfile", about(user="user"), "the person's taste"),
        _delete("MatchDecision", about(creator="creator"), "what brands decided of the creator", not_exported=_BRANDS),
        _delete("Introduction", _find_introductions, "whom the creator was told of, and who was told of him"),
    )
    register_impersonal(
        "briefs of companies, and ids in the order shown, which lead nowhere once a creator is gone",
        "memory.BrandMatch",
    )
    register_impersonal(
        "counts, settings and figures of searches and runs",
        "memory.DecayRun",
        "memory.EmbeddingChoice",
        "memory.EvaluationRun",
        "memory.LearningRun",
        "memory.Reembedding",
    )
    register_step(EraseStep(name="lists", phase=Phase.DERIVED, run=clear_lists))
    register_step(EraseStep(name="caches", phase=Phase.STORES, run=clear_caches))


@transaction.atomic(durable=True)
def clear_lists(*, subject: Subject, now: datetime) -> int:
    """Delete all kept recommendations: others' may quote the creator, and all are made anew when asked for."""
    return RecommendationSet.objects.all().delete()[0]


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
    return Q(creator__in=subject.creator_ids) | Q(met__in=subject.creator_ids)


def _find_feedback(subject: Subject) -> Q:
    about_creators = Q(target_kind="creator", target_id__in=subject.creator_ids)
    return Q(user__in=subject.user_ids) | about_creators
