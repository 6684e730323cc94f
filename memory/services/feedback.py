"""Record feedback, and let what was completed move the taste of who gave it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from memory.enums import FeedbackAction
from memory.errors import FeedbackTargetUnknown
from memory.models import Feedback, PreferenceProfile
from memory.queries.feedback_targets import may_see_target
from memory.queries.own_vectors import get_target_vector
from memory.queries.providers import get_discovery_space
from memory.services.session_context import note_in_session
from memory.services.tastes import Subject, read_embedding

COMPLETED = 0.7  # above it a thing was watched or read for its own sake
ALPHA = 0.1
SEEN = 50
_SHOWN = frozenset({FeedbackAction.VIEW.value, FeedbackAction.COMPLETE.value})


@dataclass(frozen=True, kw_only=True)
class GivenFeedback:
    """What was said or done about one target; see ``Feedback``."""

    target_kind: str
    target_id: int
    action: str
    rating: int | None = None
    completion: float | None = None


def record_feedback(*, feedback: GivenFeedback, subject: Subject, now: datetime) -> Feedback:
    """Keep one row, note the target as seen, and move the taste when it was completed.

    The profile's row is locked: feedback given at the same time moves it one after the other.

    Raises:
        FeedbackTargetUnknown: there is no such thing, or the user may not see it; nothing is kept.
    """
    vector = get_target_vector(kind=feedback.target_kind, target_id=feedback.target_id)
    with transaction.atomic(durable=True):
        if not may_see_target(kind=feedback.target_kind, target_id=feedback.target_id, subject_user=subject.user):
            raise FeedbackTargetUnknown
        kept = Feedback.objects.create(
            user=subject.user,
            brand=subject.brand,
            target_kind=feedback.target_kind,
            target_id=feedback.target_id,
            action=feedback.action,
            rating=feedback.rating,
            completion=feedback.completion,
            recorded_at=now,
        )
        if feedback.action in _SHOWN:
            _update_profile(feedback, subject, vector, now)
    if feedback.action in _SHOWN:
        note_in_session(subject=subject.key, vector=vector)
    return kept


def move_average(held: NDArray[np.float32] | None, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the exponential moving average, alpha 0.1; the first vector is taken as it is."""
    return vector if held is None or held.shape != vector.shape else (1 - ALPHA) * held + ALPHA * vector


def _update_profile(
    feedback: GivenFeedback, subject: Subject, vector: NDArray[np.float32] | None, now: datetime
) -> None:
    PreferenceProfile.objects.bulk_create(
        [PreferenceProfile(**subject.owner, updated_at=now)], ignore_conflicts=True
    )  # two first ones at once: one row, and both wait for its lock
    profile = PreferenceProfile.objects.select_for_update().get(**subject.owner)
    target: list[Any] = [feedback.target_kind, feedback.target_id]
    profile.seen = [*(one for one in profile.seen if one != target), target][-SEEN:]
    is_completed = feedback.action == FeedbackAction.COMPLETE and (feedback.completion or 0.0) > COMPLETED
    if is_completed and vector is not None:
        _move(profile, vector)
    profile.updated_at = now
    profile.save()


def _move(profile: PreferenceProfile, vector: NDArray[np.float32]) -> None:
    """Move the taste; one of another model starts anew, since its numbers mean something else."""
    space = get_discovery_space()
    model = (space.model, space.model_version)
    held = read_embedding(profile) if (profile.model, profile.model_version) == model else None
    profile.embedding = move_average(held, vector).tolist()
    profile.model, profile.model_version = model
    profile.moved += 1
