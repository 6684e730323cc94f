"""Publish a version of a plan; who subscribed to an earlier one keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from billing.errors import InvalidAmount
from billing.models import Plan, PlanVersion
from billing.money import LARGEST_MINOR
from creators.enums import Currency
from veri.platform.ops.services.audit import record_audit

FEATURES = ("assistant",)


@transaction.atomic(durable=True)
def publish_plan(
    *,
    code: str,
    name: str,
    price_minor: int,
    currency: str,
    quotas: Mapping[str, int],
    actor: Any,
    reason: str,
    now: datetime,
    tax_basis_points: int = 0,
    trial_days: int = 0,
) -> PlanVersion:
    """Return a new version of a plan, made with it when there is none of this code.

    Raises:
        InvalidAmount: a price, currency, tax or quota that is none.
    """
    if not 0 <= price_minor <= LARGEST_MINOR or currency not in Currency.values or not 0 <= tax_basis_points < 10_000:  # noqa: PLR2004  100 %
        raise InvalidAmount("A price is a whole number of minor units of a known currency.")
    if set(quotas) - set(FEATURES) or any(units <= 0 for units in quotas.values()):
        raise InvalidAmount(f"Quotas are positive numbers of {', '.join(FEATURES)}.")
    plan, _ = Plan.objects.get_or_create(code=code, defaults={"name": name, "created_at": now})
    Plan.objects.select_for_update().get(pk=plan.pk)
    version = PlanVersion.objects.create(
        plan=plan,
        number=plan.versions.count() + 1,
        price_minor=price_minor,
        currency=currency,
        tax_basis_points=tax_basis_points,
        trial_days=trial_days,
        quotas=dict(quotas),
        published_at=now,
    )
    after = {"price_minor": price_minor, "currency": currency, "quotas": dict(quotas), "trial_days": trial_days}
    record_audit(actor=actor, action="plan.published", target=version, reason=reason, after=after, now=now)
    return version
