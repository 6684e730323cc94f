"""Whom documents are made out to."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import BillingProfile
from creators.models import Brand, Creator
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def set_profile(
    *,
    legal_name: str,
    tax_id: str,
    address: str,
    country: str,
    actor: Any,
    now: datetime,
    creator: Creator | None = None,
    brand: Brand | None = None,
) -> BillingProfile:
    """Set a creator's or a brand's profile whole; documents that were issued stay as they are."""
    values = {"legal_name": legal_name, "tax_id": tax_id, "address": address, "country": country, "updated_at": now}
    profile, _ = BillingProfile.objects.update_or_create(creator=creator, brand=brand, defaults=values)
    record_audit(actor=actor, action="billing_profile.set", target=profile, now=now)
    return profile
