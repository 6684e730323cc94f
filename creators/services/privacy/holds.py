"""Legal holds: what must not be deleted yet, and why."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from creators.enums import PrivacyState
from creators.models import Creator, LegalHold, PrivacyRequest, User
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def place_hold(
    *,
    user: User | None,
    creator: Creator | None,
    held_models: Sequence[str],
    until: datetime,
    acting_user: User,
    reason: str,
    now: datetime,
) -> LegalHold:
    """Keep models of a person, or everything, from being deleted; audited."""
    return insert_hold(
        hold=LegalHold(user=user, creator=creator, held_models=list(held_models), until=until, reason=reason),
        acting_user=acting_user,
        now=now,
    )


def insert_hold(*, hold: LegalHold, acting_user: User, now: datetime) -> LegalHold:
    """Store a hold inside the caller's transaction, audited."""
    hold.user_key, hold.creator_key, hold.placed_at = hold.user_id, hold.creator_id, now
    hold.save(force_insert=True)
    after = {"models": hold.held_models, "until": hold.until}
    record_audit(actor=acting_user, action="privacy.hold_placed", target=hold, reason=hold.reason, after=after, now=now)
    return hold


@transaction.atomic(durable=True)
def lift_hold(*, hold: LegalHold, acting_user: User, reason: str, now: datetime) -> bool:
    """End a hold, audited; erasures it held go on. Return whether it was in force."""
    if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=now):
        return False
    about = Q(creator_keys__contains=[hold.creator_key]) if hold.creator_key else Q(user_key=hold.user_key)
    PrivacyRequest.objects.filter(about, state=PrivacyState.HELD).update(next_at=now)
    record_audit(actor=acting_user, action="privacy.hold_lifted", target=hold, reason=reason, now=now)
    return True


def list_holds(*, request: PrivacyRequest, now: datetime) -> list[LegalHold]:
    """Return the holds in force on a request's person."""
    mine = Q(creator_key__in=request.creator_keys)
    if request.user_key is not None:
        mine |= Q(user_key=request.user_key)
    return list(LegalHold.objects.filter(mine, lifted_at=None, until__gt=now).order_by("pk"))
