"""What people answered, and what could come next for them: by rules, from what others allow to be found."""

from dataclasses import dataclass

from django.db.models import QuerySet

from creators.enums import ConnectionState, ConsentPurpose, ConsentState, CreatorRole, NextStep
from creators.models import Creator, CreatorSummary, Interest, OnboardingAnswers, PlatformConnection, User
from creators.queries.consent import filter_consenting

MOST_CREATORS = 10
LOOKED_AT = 200


@dataclass(frozen=True, kw_only=True)
class SuggestedCreator:
    """A creator who may be found, and the interests both have."""

    handle: str
    display_name: str
    shared: list[str]


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    steps: list[NextStep]
    creators: list[SuggestedCreator]


def list_interests() -> QuerySet[Interest]:
    return Interest.objects.filter(is_active=True)


def get_answers(*, user: User) -> OnboardingAnswers | None:
    return OnboardingAnswers.objects.filter(user=user).first()


def get_suggestions(*, user: User) -> Suggestions:
    """Return a user's next steps, and creators who may be found, those with most interests in common first."""
    answers = get_answers(user=user)
    interests = answers.interests if answers else []
    return Suggestions(steps=_list_steps(user, answers), creators=_find_creators(user, interests))


def _list_steps(user: User, answers: OnboardingAnswers | None) -> list[NextStep]:
    creators = list(Creator.objects.filter(owner=user).values_list("pk", flat=True))
    acts_as_creator = user.role == CreatorRole.CREATOR
    connected = PlatformConnection.objects.filter(creator__in=creators, state=ConnectionState.ACTIVE)
    found = filter_consenting(creator_ids=creators, purpose=ConsentPurpose.DISCOVERY)
    open_steps = {
        NextStep.PROVE_EMAIL: user.email_proven_at is None,
        NextStep.ANSWER: answers is None or answers.completed_at is None,
        NextStep.CLAIM_HANDLE: acts_as_creator and not creators,
        NextStep.CONNECT_PLATFORM: bool(creators) and not connected.exists(),
        NextStep.BE_FOUND: bool(creators) and not found,
    }
    return [step for step, is_open in open_steps.items() if is_open]


def _find_creators(user: User, interests: list[str]) -> list[SuggestedCreator]:
    if not interests:
        return []
    rows = CreatorSummary.objects.filter(tags__overlap=interests, creator__is_active=True)
    rows = rows.exclude(creator__owner=user).exclude(creator__consent_state=ConsentState.WITHDRAWN)
    chosen = list(rows.select_related("creator").only("tags", "creator")[:LOOKED_AT])
    shared = {one: sorted(set(one.tags) & set(interests)) for one in chosen}
    ranked = sorted(chosen, key=lambda one: (-len(shared[one]), one.creator.handle))
    return [
        SuggestedCreator(handle=one.creator.handle, display_name=one.creator.display_name, shared=shared[one])
        for one in ranked[:MOST_CREATORS]
    ]
