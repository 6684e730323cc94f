"""Keep what people answer when they begin."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from creators.errors import UnknownInterests
from creators.models import Interest, OnboardingAnswers, User

FIRST_INTERESTS = (
    *("Art", "Beauty", "Books", "Business", "Comedy", "Cooking", "Crafts", "Dance", "Education", "Fashion"),
    *("Film", "Fitness", "Gaming", "Gardening", "Health", "History", "Home", "Music", "Nature", "News"),
    *("Parenting", "Pets", "Photography", "Science", "Sports", "Technology", "Travel", "Vehicles"),
)


@transaction.atomic(durable=True)
def save_answers(
    *, user: User, building: str, stage: str, interests: Sequence[str], now: datetime
) -> OnboardingAnswers:
    """Store a user's answers in the place of earlier ones; complete when each question has one.

    Raises:
        UnknownInterests: some are not in the list, and were not chosen before either.
    """
    chosen = sorted(set(interests))
    before = OnboardingAnswers.objects.select_for_update().filter(user=user).first()
    known = set(Interest.objects.filter(slug__in=chosen, is_active=True).values_list("slug", flat=True))
    unknown = sorted(set(chosen) - known - set(before.interests if before else []))
    if unknown:
        raise UnknownInterests(slugs=unknown)
    is_complete = bool(building.strip() and stage and chosen)
    completed_at = (before.completed_at if before else None) or (now if is_complete else None)
    answers, _ = OnboardingAnswers.objects.update_or_create(
        user=user,
        defaults={
            "building": building.strip(),
            "stage": stage,
            "interests": chosen,
            "answered_at": now,
            "completed_at": completed_at,
        },
    )
    return answers


def install_first_interests(**_signal: object) -> None:
    """Add the interests that are missing, after the tables were migrated; staff may rename and retire them."""
    Interest.objects.bulk_create(
        (
            Interest(slug=name.lower(), name=name, position=position)
            for position, name in enumerate(FIRST_INTERESTS, start=1)
        ),
        ignore_conflicts=True,
    )
