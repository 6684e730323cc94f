"""Invites: codes with a quota, used atomically."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from creators.codes import hash_code
from creators.enums import CreatorRole
from creators.errors import InviteNotUsable, TooManyInvites
from creators.models import Invite, User
from veri.platform.ops.services.audit import record_audit

LIFETIME = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class MadeInvite:
    """A new invite with its code, which is stored nowhere."""

    invite: Invite
    code: str = field(repr=False)


def insert_invite(
    *, acting_user: User, role: str, quota: int, expires_at: datetime, now: datetime, reason: str = ""
) -> MadeInvite:
    """Make an invite inside the caller's transaction, audited."""
    code = secrets.token_urlsafe(12)
    invite = Invite.objects.create(
        code_hash=hash_code(code), role=role, quota=quota, made_by=acting_user, made_at=now, expires_at=expires_at
    )
    after = {"role": role, "quota": quota}
    record_audit(actor=acting_user, action="invite.made", target=invite, reason=reason, after=after, now=now)
    return MadeInvite(invite=invite, code=code)


@transaction.atomic(durable=True)
def give_invite(*, user: User, now: datetime) -> MadeInvite:
    """Make an invite for one creator, out of the user's own quota.

    Raises:
        TooManyInvites: he has given all he may (``INVITES_PER_CREATOR``).
    """
    User.objects.select_for_update().get(pk=user.pk)  # two requests at once must not both find room for one
    if Invite.objects.filter(made_by=user).count() >= settings.INVITES_PER_CREATOR:
        raise TooManyInvites(f"You have given all {settings.INVITES_PER_CREATOR} invites you may give.")
    return insert_invite(acting_user=user, role=CreatorRole.CREATOR, quota=1, expires_at=now + LIFETIME, now=now)


def use_invite(*, invite: Invite, now: datetime) -> None:
    """Count one use, inside the caller's transaction.

    Raises:
        InviteNotUsable: used up, expired or revoked.
    """
    left = Invite.objects.filter(pk=invite.pk, used__lt=F("quota"), expires_at__gt=now, revoked_at=None)
    if not left.update(used=F("used") + 1):
        raise InviteNotUsable


@transaction.atomic(durable=True)
def revoke_invite(*, invite: Invite, acting_user: User, reason: str, now: datetime) -> bool:
    """End an invite; accounts made with it stay. Return whether it was open."""
    done = bool(Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=now))
    if done:
        record_audit(actor=acting_user, action="invite.revoked", target=invite, reason=reason, now=now)
    return done
