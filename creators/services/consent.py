"""Record what creators allow and withdraw."""

from datetime import datetime

from django.db import transaction

from creators.enums import ConsentPurpose, ConsentSource
from creators.models import ConsentRecord, Creator, User
from creators.queries.consent import get_latest_consent
from creators.services.exploring.entries import refresh_entries
from creators.services.games.boards import show_on_boards
from creators.services.locks import lock_consent
from creators.services.summaries import remove_summaries
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

CONSENT_EVENT = "consent.recorded"


@transaction.atomic(durable=True)
def record_consent(
    *,
    creator: Creator,
    purpose: ConsentPurpose,
    is_granted: bool,
    acting_user: User,
    source: ConsentSource,
    now: datetime,
    reason: str = "",
) -> ConsentRecord:
    """Note a decision, audited; a decision that already holds is returned as it stands.

    Withdrawing ``discovery`` removes the row brands search in the same transaction, ``public_profile`` decides about
    boards, ``brand_metrics`` about the score brands explore by. Publishes ``consent.recorded``
    {creator_id, purpose, is_granted}.
    """
    lock_consent(creator_id=creator.pk)
    latest = get_latest_consent(creator_id=creator.pk, purpose=purpose)
    if latest is not None and latest.is_granted == is_granted:
        return latest
    before = latest.is_granted if latest else None
    record = ConsentRecord.objects.create(
        creator=creator,
        purpose=purpose,
        is_granted=is_granted,
        recorded_at=now,
        actor=acting_user,
        actor_label=acting_user.get_username(),
        source=source,
        reason=reason,
    )
    if purpose == ConsentPurpose.DISCOVERY and not is_granted:
        remove_summaries(creator_ids=[creator.pk])
    if purpose == ConsentPurpose.PUBLIC_PROFILE:
        show_on_boards(creator_id=creator.pk, is_shown=is_granted, now=now)
    if purpose == ConsentPurpose.BRAND_METRICS:
        refresh_entries(creator_ids=[creator.pk])
    record_audit(
        actor=acting_user,
        action="consent.granted" if is_granted else "consent.withdrawn",
        target=creator,
        reason=reason,
        before={purpose.value: before},
        after={purpose.value: is_granted},
        now=now,
    )
    publish_event(
        name=CONSENT_EVENT,
        key=str(creator.pk),
        payload={"creator_id": creator.pk, "purpose": purpose.value, "is_granted": is_granted},
    )
    return record
