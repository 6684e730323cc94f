"""The outcome of a collaboration, as its brand reports it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from billing.campaign_enums import Action, CollaborationState, Side
from billing.campaign_errors import InvalidTerms, MoveNotAllowed, MoveNotPossible
from billing.locks import lock_collaboration
from billing.models import CampaignOutcome, Collaboration
from billing.money import LARGEST_MINOR
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.moving import record_event

S = CollaborationState
REPORTABLE_STATES = frozenset({S.PUBLISHED, S.VERIFIED, S.RELEASED, S.PAID, S.CLOSED})
FIGURES = ("views", "engagements", "clicks", "conversions")
LARGEST_FIGURE = 10**12


@transaction.atomic(durable=True)
def report_outcome(
    *, collaboration: Collaboration, figures: Mapping[str, object], actor: Actor, now: datetime
) -> CampaignOutcome:
    """Store what came of a collaboration: ``revenue_minor``, and of ``FIGURES`` what is known; the latest word counts.

    The history keeps every report, and ``campaign.moved`` tells of it as ``report``.

    Raises:
        InvalidTerms: a figure that is none.
        MoveNotAllowed: neither the brand nor staff report.
        MoveNotPossible: nothing was published yet.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    if actor.side not in (Side.BRAND, Side.STAFF):
        raise MoveNotAllowed("The outcome is for the brand to report.")
    if stored.state not in REPORTABLE_STATES:
        raise MoveNotPossible("There is an outcome to report once everything is published.")
    known = _check(figures)
    told = {**dict.fromkeys(FIGURES), **known, "side": actor.side, "reported_by": actor.user, "reported_at": now}
    outcome, _ = CampaignOutcome.objects.update_or_create(
        collaboration=stored, defaults=told, create_defaults={**told, "first_reported_at": now}
    )
    record_event(
        campaign=stored.campaign, collaboration=stored, action=Action.REPORT, actor=actor, state_from=stored.state,
        state_to=stored.state, facts=known, now=now,
    )  # fmt: skip
    return outcome


def _check(figures: Mapping[str, object]) -> dict[str, int]:
    limits = {"revenue_minor": 1_000 * LARGEST_MINOR, **dict.fromkeys(FIGURES, LARGEST_FIGURE)}
    problems = {name: "Unknown." for name in figures if name not in limits}
    known: dict[str, int] = {}
    for name, limit in limits.items():
        value = figures.get(name)
        if value is None and name != "revenue_minor":
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limit:
            problems[name] = f"Must be a whole number from 0 to {limit}."
        else:
            known[name] = value
    if problems:
        raise InvalidTerms(problems)
    return known
