"""Make brands and say who acts for them. Called by the console's forms, inside their transaction."""

from datetime import datetime
from typing import Any

from creators.models import Brand, BrandMember, User
from veri.platform.ops.services.audit import record_audit


def insert_brand(*, brand: Brand, acting_user: User, now: datetime, reason: str) -> None:
    """Store a new brand, audited, inside the caller's transaction.

    Raises:
        IntegrityError: ``brand_slug_unique``; the caller's transaction is broken.
    """
    brand.created_at = brand.updated_at = now
    brand.save(force_insert=True)
    after = _describe(brand)
    record_audit(actor=acting_user, action="brand.created", target=brand, reason=reason, after=after, now=now)


def apply_brand_changes(*, brand: Brand, acting_user: User, now: datetime, reason: str, **fields: Any) -> Brand:
    """Change a brand's fields, audited, inside the caller's transaction; return the stored row."""
    stored = Brand.objects.select_for_update().get(pk=brand.pk)
    before = _describe(stored)
    for name, value in fields.items():
        setattr(stored, name, value)
    stored.updated_at = now
    stored.save(update_fields=[*fields, "updated_at"])
    record_audit(
        actor=acting_user,
        action="brand.updated",
        target=stored,
        reason=reason,
        before=before,
        after=_describe(stored),
        now=now,
    )
    return stored


def set_member_role(*, member: BrandMember, role: str, acting_user: User, now: datetime, reason: str) -> BrandMember:
    """Let a user act for a brand in a role, or no longer; audited, inside the caller's transaction."""
    known = BrandMember.objects.select_for_update().filter(brand=member.brand, user=member.user).first()
    before = known.role if known else None
    stored, _ = BrandMember.objects.update_or_create(
        brand=member.brand, user=member.user, defaults={"role": role}, create_defaults={"role": role, "added_at": now}
    )
    record_audit(
        actor=acting_user,
        action="brand.member_set",
        target=member.brand,
        reason=reason,
        before={"user": member.user_id, "role": before},
        after={"user": member.user_id, "role": role},
        now=now,
    )
    return stored


def _describe(brand: Brand) -> dict[str, Any]:
    return {name: getattr(brand, name) for name in ("name", "slug", "description", "website", "is_active")}
