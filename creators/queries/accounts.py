"""Reads of accounts: by address, their invites, and what a user is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from creators.codes import hash_code
from creators.enums import AccountRole, BrandRole, CreatorRole
from creators.models import BrandMember, Creator, Invite, User


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a user is, and for whom he acts."""

    user: User
    roles: list[str]
    creators: list[str]
    brands: list[dict[str, Any]]


def find_user_by_address(*, email: str) -> User | None:
    """Return the active account of an address: the one that proved it, else the only one that names it."""
    users = User.objects.filter(email__iexact=email, is_active=True).order_by(F("email_proven_at").asc(nulls_last=True))
    found = list(users[:2])
    if len(found) > 1 and found[0].email_proven_at is None:
        return None
    return found[0] if found else None


def find_invite(*, code: str, now: datetime) -> Invite | None:
    """Return the invite of a code that can still be used."""
    return Invite.objects.filter(
        code_hash=hash_code(code), expires_at__gt=now, revoked_at=None, used__lt=F("quota")
    ).first()


def list_invites(*, user: User) -> QuerySet[Invite]:
    return Invite.objects.filter(made_by=user)


def get_standing(*, user: User) -> Standing:
    """Return a user's roles, creators and brands."""
    creators = list(Creator.objects.filter(owner=user).order_by("handle").values_list("handle", flat=True))
    acting = BrandMember.objects.filter(user=user, brand__is_active=True).exclude(role=BrandRole.FORMER)
    brands = list(acting.order_by("brand__slug").values("brand__slug", "brand__name", "role"))
    held = [
        (AccountRole.CREATOR.value, bool(creators) or user.role == CreatorRole.CREATOR),
        (AccountRole.BRAND.value, bool(brands) or user.role == CreatorRole.BRAND),
        (AccountRole.STAFF.value, user.is_staff),
    ]
    return Standing(
        user=user,
        roles=[name for name, holds in held if holds],
        creators=creators,
        brands=[{"slug": one["brand__slug"], "name": one["brand__name"], "role": one["role"]} for one in brands],
    )


def needs_second_factor(*, user: User) -> bool:
    """Return whether a sign-in with the password alone is not enough: he has a factor, or staff must have one."""
    return user.has_second_factor or (user.is_staff and settings.STAFF_TOTP == "required")
