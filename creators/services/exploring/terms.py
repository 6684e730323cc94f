"""On which terms a creator works, whom he does not want to meet, and whom he is bound to."""

from datetime import date, datetime

from django.db import transaction

from creators.categories import CATEGORIES
from creators.errors import InvalidTerms
from creators.models import Brand, Creator, CreatorBlock, Exclusivity, User, WorkTerms
from creators.services.exploring.entries import refresh_entries
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def set_work_terms(
    *,
    creator: Creator,
    acting_user: User,
    now: datetime,
    is_available: bool,
    available_from: date | None,
    least_fee_minor: int | None,
    currency: str,
    excluded_categories: list[str],
) -> WorkTerms:
    """Store a creator's terms, audited; exploring follows in the same transaction.

    Raises:
        InvalidTerms: an unknown category.
    """
    if unknown := sorted(set(excluded_categories) - set(CATEGORIES)):
        reason = f"Unknown: {', '.join(unknown[:5])}. Known: {', '.join(CATEGORIES)}."
        raise InvalidTerms(problems={"excluded_categories": [reason]})
    terms, _ = WorkTerms.objects.update_or_create(
        creator=creator,
        defaults={
            "is_available": is_available,
            "available_from": available_from,
            "least_fee_minor": least_fee_minor,
            "currency": currency,
            "excluded_categories": sorted(set(excluded_categories)),
            "updated_at": now,
        },
    )
    refresh_entries(creator_ids=[creator.pk])
    after = {"is_available": is_available, "excluded_categories": terms.excluded_categories}
    record_audit(actor=acting_user, action="work_terms.set", target=creator, after=after, now=now)
    return terms


@transaction.atomic(durable=True)
def set_block(*, creator: Creator, other: Creator, is_blocked: bool, now: datetime) -> None:
    """Block a creator for another's introductions, or no longer; again changes nothing."""
    if is_blocked:
        CreatorBlock.objects.get_or_create(creator=creator, blocked=other, defaults={"created_at": now})
    else:
        CreatorBlock.objects.filter(creator=creator, blocked=other).delete()


def insert_exclusivity(*, exclusivity: Exclusivity, acting_user: User, reason: str, now: datetime) -> None:
    """Bind a creator to a brand in a category for a time, audited, inside the caller's transaction."""
    exclusivity.created_at = now
    exclusivity.save(force_insert=True)
    record_audit(
        actor=acting_user, action="exclusivity.created", target=exclusivity, reason=reason,
        after=_describe(exclusivity), now=now,
    )  # fmt: skip


def end_exclusivity(*, exclusivity: Exclusivity, ends_on: date, acting_user: User, reason: str, now: datetime) -> None:
    """Let a binding end on another day, audited, inside the caller's transaction."""
    before = _describe(exclusivity)
    Exclusivity.objects.filter(pk=exclusivity.pk).update(ends_on=ends_on)
    exclusivity.ends_on = ends_on
    record_audit(
        actor=acting_user, action="exclusivity.ended", target=exclusivity, reason=reason, before=before,
        after=_describe(exclusivity), now=now,
    )  # fmt: skip


def _describe(exclusivity: Exclusivity) -> dict[str, str]:
    brand: Brand = exclusivity.brand
    return {
        "creator": exclusivity.creator.handle,
        "brand": brand.slug,
        "category": exclusivity.category,
        "starts_on": exclusivity.starts_on.isoformat(),
        "ends_on": exclusivity.ends_on.isoformat(),
    }
