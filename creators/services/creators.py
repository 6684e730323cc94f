"""Create and change creators."""

from datetime import datetime
from typing import Any

from django.db import transaction

from creators.enums import ConsentState
from creators.errors import InvalidCreator, ZoneChangedLately
from creators.models import Creator, User
from creators.services.creator_rules import check_creator_fields
from creators.services.exploring.entries import refresh_entries
from creators.services.games.boards import show_on_boards
from creators.services.games.streaks import note_zone_change
from creators.services.handles.taking import convert_taken, take_handle
from creators.services.locks import lock_consent, lock_streak
from creators.services.summaries import remove_summaries
from veri.platform.ops.services.audit import record_audit

_AUDITED = (
    "handle",
    "owner_id",
    "display_name",
    "country",
    "language",
    "timezone",
    "roles",
    "consent_state",
    "is_active",
)


def create_creator(
    *, handle: str, owner: User | None, acting_user: User | None, now: datetime, reason: str = "", **fields: Any
) -> Creator:
    """Create a creator, audited. ``fields`` are the model's profile fields.

    Raises:
        HandleRefused: the handle is taken, reserved, held, or looks like one that exists.
        InvalidCreator: a field breaks a rule.
    """
    creator = Creator(handle=handle, owner=owner, **fields)
    check_creator_fields({"handle": handle, **fields})
    with convert_taken(handle), transaction.atomic(durable=True):
        take_handle(handle=handle, user=owner, now=now)
        insert_creator(creator=creator, acting_user=acting_user, now=now, reason=reason)
    return creator


def insert_creator(*, creator: Creator, acting_user: User | None, now: datetime, reason: str = "") -> None:
    """Store a checked creator, audited, inside the caller's transaction.

    Raises:
        IntegrityError: ``creator_handle_unique`` or ``creator_handle_key_unique``; the caller's transaction is broken.
    """
    creator.created_at = creator.updated_at = now
    creator.save(force_insert=True)
    record_audit(
        actor=acting_user,
        action="creator.created",
        target=creator,
        reason=reason,
        after=_describe(creator),
        now=now,
    )


def update_creator(*, creator: Creator, acting_user: User, now: datetime, reason: str = "", **fields: Any) -> Creator:
    """Change a creator's fields, audited; returns the stored row.

    Raises:
        InvalidCreator: a field breaks a rule; nothing is changed.
        Creator.DoesNotExist: removed meanwhile.
    """
    with transaction.atomic(durable=True):
        return apply_creator_changes(creator=creator, acting_user=acting_user, now=now, reason=reason, **fields)


def apply_creator_changes(
    *, creator: Creator, acting_user: User, now: datetime, reason: str = "", **fields: Any
) -> Creator:
    """Do what ``update_creator`` does, inside the caller's transaction."""
    check_creator_fields(fields)
    if "consent_state" in fields or "is_active" in fields:
        lock_consent(creator_id=creator.pk)  # before the row's own lock, as everywhere
    if "timezone" in fields:
        lock_streak(creator_id=creator.pk)  # same
    stored = Creator.objects.select_for_update().get(pk=creator.pk)
    before = _describe(stored)
    if fields.get("timezone", stored.timezone) != stored.timezone:
        _note_zone(stored, fields["timezone"], now)
    for name, value in fields.items():
        setattr(stored, name, value)
    stored.updated_at = now
    stored.save(update_fields=[*fields, "updated_at"])
    if stored.consent_state == ConsentState.WITHDRAWN or not stored.is_active:
        remove_summaries(creator_ids=[stored.pk])
        show_on_boards(creator_id=stored.pk, is_shown=False, now=now)
    else:
        refresh_entries(creator_ids=[stored.pk])
    record_audit(
        actor=acting_user,
        action="creator.updated",
        target=stored,
        reason=reason,
        before=before,
        after=_describe(stored),
        now=now,
    )
    return stored


def _describe(creator: Creator) -> dict[str, Any]:
    return {name: getattr(creator, name) for name in _AUDITED}


def _note_zone(stored: Creator, zone: str, now: datetime) -> None:
    try:
        note_zone_change(creator_id=stored.pk, zone_from=stored.timezone, zone_to=zone, now=now)
    except ZoneChangedLately as error:
        raise InvalidCreator(problems={"timezone": [str(error)]}) from error
