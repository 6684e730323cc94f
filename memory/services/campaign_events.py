"""What happens in campaigns becomes interactions of the creator, once each, and is remembered like everything else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing.campaign_enums import Action, CollaborationState, Side
from billing.models import CampaignEvent, Collaboration
from billing.money import Money
from creators.enums import Platform
from creators.services.ingest import NewInteraction, record_interactions

# What is told of each step; steps that are not here are not worth remembering.
_SENTENCES = {
    Action.OFFER: "{brand} offered @{handle} {amount} for the campaign “{title}”.",
    Action.COUNTER: "{who} proposed {amount} for the campaign “{title}”.",
    Action.ACCEPT: "@{handle} and {brand} agreed on {amount} for the campaign “{title}”.",
    Action.AMEND: "@{handle} and {brand} agreed on new terms, {amount}, for the campaign “{title}”.",
    Action.DECLINE: "{who} declined the offer for the campaign “{title}”.",
    Action.EXPIRE: "The offer of {brand} for the campaign “{title}” lapsed without an answer.",
    Action.SIGN: "The contract with {brand} for the campaign “{title}” was signed by both sides.",
    Action.FUND: "{brand} paid in the fee of {amount} for the campaign “{title}”; it is held.",
    Action.SUBMIT: "@{handle} handed in the work for {brand}, campaign “{title}”.",
    Action.REQUEST_CHANGES: "{brand} asked for changes to the work for the campaign “{title}”.",
    Action.APPROVE: "The work for {brand}, campaign “{title}”, was approved.",
    Action.PUBLISH: "@{handle} published the work for {brand}, campaign “{title}”.",
    Action.RELEASE: "The fee of {amount} for {brand}, campaign “{title}”, was released to @{handle}.",
    Action.PAY: "@{handle} was paid {amount} by {brand} for the campaign “{title}”.",
    Action.CANCEL: "The campaign “{title}” of {brand} with @{handle} was cancelled.",
    Action.REFUND: "The fee for the campaign “{title}” went back to {brand}.",
    Action.DISPUTE: "{who} opened a dispute about the campaign “{title}” of {brand}.",
    Action.RESOLVE: "The dispute about the campaign “{title}” of {brand} was resolved.",
    Action.REPORT: "{brand} reported the result of the campaign “{title}”: {result}.",
}


def record_campaign_event(*, event_id: int, now: datetime) -> bool:
    """Record an event of a collaboration as an interaction, from which memories are formed; return whether it was.

    The same event is recorded once. An event that is gone, of a campaign as a whole, of a creator who is gone, or of a
    step nobody needs to remember, is passed over.
    """
    event = (
        CampaignEvent.objects.select_related("campaign__brand", "collaboration__creator").filter(pk=event_id).first()
    )
    if event is None or event.collaboration is None or event.collaboration.creator_id is None:
        return False
    if event.action not in _SENTENCES or (event.state_from == event.state_to and event.action != Action.REPORT):
        return False
    record_interactions(items=[_build(event, event.collaboration)], now=now)
    return True


def _build(event: CampaignEvent, collaboration: Collaboration) -> NewInteraction:
    facts = _describe(event, collaboration)
    return NewInteraction(
        creator_id=collaboration.creator_id or 0,
        platform=Platform.CAMPAIGN,
        external_id=f"campaign-event:{event.pk}",
        type=f"campaign.{event.action}",
        channel=f"collaboration:{collaboration.pk}",
        author=facts["handle"] if event.side == Side.CREATOR else facts["brand"],
        text=_SENTENCES[Action(event.action)].format(**facts),
        payload=facts,
        occurred_at=event.at,
    )


def _describe(event: CampaignEvent, collaboration: Collaboration) -> dict[str, Any]:
    """Return what the sentence and the memories need; amounts in minor units and in words."""
    campaign, creator = collaboration.campaign, collaboration.creator
    brand = campaign.brand.name
    handle = creator.handle if creator else ""
    minor = event.facts.get("amount_minor") or collaboration.fee_minor
    sides = {Side.BRAND: brand, Side.CREATOR: f"@{handle}"}
    return {
        "brand": brand,
        "handle": handle,
        "title": campaign.title,
        "kind": campaign.kind,
        "campaign": campaign.pk,
        "collaboration": collaboration.pk,
        "action": event.action,
        "state": CollaborationState(event.state_to).label.lower() if event.state_to else "",
        "who": sides.get(Side(event.side), "Veri"),
        "amount": str(Money(minor=minor, currency=collaboration.currency)) if minor else "the agreed fee",
        "amount_minor": minor,
        "currency": collaboration.currency,
        "result": _tell_result(event.facts, collaboration.currency),
    }


def _tell_result(figures: Mapping[str, Any], currency: str) -> str:
    revenue = figures.get("revenue_minor")
    told = [f"{Money(minor=revenue, currency=currency)} of revenue"] if isinstance(revenue, int) else []
    told += [f"{figures[name]:,} {name}" for name in ("views", "conversions") if isinstance(figures.get(name), int)]
    return ", ".join(told)
