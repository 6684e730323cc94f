"""What campaigns do when money came or went."""

from typing import Any

from django.utils import timezone

from veri.platform.events.registry import subscribe


def _settle_funding(*, payload: dict[str, Any]) -> None:
    from billing.services.campaigns.funding import settle_funding  # models are loaded by then

    settle_funding(campaign_id=payload["campaign"], now=timezone.now())


def _note_paid_out(*, payload: dict[str, Any]) -> None:
    from billing.services.campaigns.closing import note_paid_out  # same

    note_paid_out(
        payout_id=payload["payout"], creator_id=payload["creator"], campaign_ids=payload["campaigns"],
        now=timezone.now(),
    )  # fmt: skip


def register_campaign_subscriptions() -> None:
    subscribe(event="campaign.funded", name="billing.settle_funding", handle=_settle_funding, queue="billing")
    subscribe(event="payout.confirmed", name="billing.note_paid_out", handle=_note_paid_out, queue="billing")
