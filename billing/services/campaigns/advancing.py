"""What the clock does: offers lapse, reviews end, milestones are released, publications looked at, reminders sent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import transaction

from billing.campaign_enums import CollaborationState, DeliverableState, OfferState
from billing.campaign_errors import CampaignBusy
from billing.errors import BillingError
from billing.models import CampaignReminder, Collaboration, Deliverable, Offer
from billing.services.campaigns.closing import CLOSE_AFTER, close_due
from billing.services.campaigns.notices import notify_side
from billing.services.campaigns.offers import expire_offer
from billing.services.campaigns.production import approve_overdue, note_late
from billing.services.campaigns.publishing import verify_by_clock
from billing.services.campaigns.releasing import postpone_release, release_due

BATCH = 200
logger = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class Advance:
    """What a run did, by kind; ``busy`` were in somebody's hands, ``refused`` did not pass."""

    done: dict[str, int] = field(default_factory=dict)
    busy: int = 0
    refused: int = 0


def advance_campaigns(*, now: datetime, limit: int = BATCH) -> Advance:
    """Do what is due, each in a transaction of its own; whoever comes second finds it done or in hand.

    A campaign somebody works on is left for the next run.
    """
    advance = Advance()
    for kind, rows, step in _list_work(now, limit):
        advance.done[kind] = sum(_try(advance, kind, one, step) for one in rows)
    advance.done["reminded"] = sum(
        _try(advance, "reminded", one, lambda row: _remind(row, now)) for one in _list_reminders(now, limit)
    )
    return advance


def _list_work(now: datetime, limit: int) -> list[tuple[str, Iterable[object], Callable[[object], bool]]]:
    offers = Offer.objects.filter(state=OfferState.OPEN, expires_at__lte=now).select_related("collaboration")
    made = Deliverable.objects.order_by("pk")
    paid = Collaboration.objects.filter(state=CollaborationState.PAID, state_changed_at__lte=now - CLOSE_AFTER)
    waiting = made.filter(state__in=[DeliverableState.PLANNED, DeliverableState.CHANGES_REQUESTED])
    at_work = waiting.filter(collaboration__state__in=[CollaborationState.IN_PRODUCTION, "changes_requested"])
    return [
        ("expired", [one.collaboration for one in offers[:limit]], _on(expire_offer, "collaboration", now)),
        (
            "approved",
            made.filter(state=DeliverableState.SUBMITTED, review_due_at__lte=now)[:limit],
            _on(approve_overdue, "deliverable", now),
        ),
        (
            "late",
            at_work.filter(due_at__lte=now, late_noted_at=None)[:limit],
            _on(note_late, "deliverable", now),
        ),
        (
            "verified",
            made.filter(state=DeliverableState.PUBLISHED, next_check_at__lte=now)[:limit],
            _on(verify_by_clock, "deliverable", now),
        ),
        (
            "released",
            made.filter(state=DeliverableState.VERIFIED, release_due_at__lte=now)
            .exclude(collaboration__state=CollaborationState.DISPUTED)
            .order_by("release_due_at")[:limit],
            lambda one: _release(one, now),
        ),
        ("closed", paid.order_by("pk")[:limit], _on(close_due, "collaboration", now)),
    ]


def _on(step: Callable[..., bool], name: str, now: datetime) -> Callable[[object], bool]:
    return lambda row: step(**{name: row}, now=now)


def _try(advance: Advance, kind: str, row: object, step: Callable[..., bool]) -> bool:
    try:
        return step(row)
    except CampaignBusy:
        advance.busy += 1
    except BillingError as error:
        advance.refused += 1
        logger.warning("campaign_not_advanced", kind=kind, row=getattr(row, "pk", None), error=type(error).__name__)
    return False


def _release(row: object, now: datetime) -> bool:
    if not isinstance(row, Deliverable):
        raise TypeError("a deliverable is released")
    try:
        return release_due(deliverable=row, now=now)
    except CampaignBusy:
        raise
    except BillingError:
        postpone_release(deliverable=row, now=now)
        raise


def _list_reminders(now: datetime, limit: int) -> list[CampaignReminder]:
    rows = CampaignReminder.objects.filter(sent_at=None, due_at__lte=now).order_by("due_at", "pk")
    return list(rows[:limit])


@transaction.atomic(durable=True)
def _remind(row: CampaignReminder, now: datetime) -> bool:
    """Send a reminder once, if its stage still lasts: the row is claimed in the transaction that queues the mails."""
    claimed = CampaignReminder.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=row.pk, sent_at=None)
    reminder = claimed.select_related("collaboration__campaign").first()
    if reminder is None:
        return False
    CampaignReminder.objects.filter(pk=reminder.pk).update(sent_at=now)
    if reminder.collaboration.state != reminder.stage:
        return False
    notify_side(collaboration=reminder.collaboration, side=reminder.side, text=reminder.text, now=now)
    return True
