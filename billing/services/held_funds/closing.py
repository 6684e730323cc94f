"""Freeze a campaign's money, let it go again, close it."""

from datetime import datetime
from typing import Any

from billing.models import CampaignFunds
from billing.services.held_funds.accounts import lock_funds
from billing.services.ledger import Cause
from veri.platform.ops.services.audit import record_audit


def freeze_held(*, campaign_ref: int, cause: Cause, now: datetime) -> CampaignFunds:
    """Let nothing be released or refunded until ``unfreeze_held``; a frozen one stays as it is."""
    return _change(campaign_ref, cause, now, "funds.frozen", is_frozen=True, freeze_reason=cause.reason[:500])


def unfreeze_held(*, campaign_ref: int, cause: Cause, now: datetime) -> CampaignFunds:
    """Let a campaign's money move again."""
    return _change(campaign_ref, cause, now, "funds.unfrozen", is_frozen=False, freeze_reason="")


def close_funds(*, campaign_ref: int, cause: Cause, now: datetime) -> CampaignFunds:
    """Note that a campaign is over: what is paid from now on belongs to the brand and is not held.

    What is held stays held: refund it with ``refund_held``.
    """
    return _change(campaign_ref, cause, now, "funds.closed", is_closed=True)


def _change(campaign_ref: int, cause: Cause, now: datetime, action: str, **values: Any) -> CampaignFunds:
    funds = lock_funds(campaign_ref=campaign_ref)
    before = {name: getattr(funds, name) for name in values}
    first = next(iter(values))
    if before[first] == values[first]:
        return funds
    for name, value in values.items():
        setattr(funds, name, value)
    funds.save(update_fields=list(values))
    record_audit(
        actor=cause.actor or f"{cause.kind}: {cause.reference}"[:150],
        action=action,
        target=funds,
        reason=cause.reason,
        before=before,
        after=values,
        now=now,
    )
    return funds
