"""What a brand did in a campaign is its decision on the match that showed it the creator."""

from datetime import datetime, timedelta

from django.db import transaction

from billing.campaign_enums import Action
from billing.models import CampaignEvent
from memory.enums import MatchDecisionKind
from memory.models import BrandMatch, MatchDecision
from memory.queries.matches import GAINS

WITHIN = timedelta(days=90)  # a campaign later than that has other causes
_DECISIONS = {Action.OFFER: MatchDecisionKind.INVITED, Action.ACCEPT: MatchDecisionKind.HIRED}


@transaction.atomic(durable=True)
def note_outcome(*, event_id: int, now: datetime) -> MatchDecision | None:
    """Note an offer or an agreement on the latest match that showed the creator; never less than was decided."""
    event = CampaignEvent.objects.select_related("collaboration", "campaign").filter(pk=event_id).first()
    if event is None or event.collaboration is None or event.action not in _DECISIONS:
        return None
    creator_id, kind = event.collaboration.creator_id, _DECISIONS[Action(event.action)]
    shown = BrandMatch.objects.filter(
        brand_id=event.campaign.brand_id,
        requested_at__gte=event.at - WITHIN,
        requested_at__lte=event.at,
        items__contains=[{"creator_id": creator_id}],
    )
    match = shown.order_by("-pk").first()
    if match is None or creator_id is None:
        return None
    decision, is_new = MatchDecision.objects.select_for_update().get_or_create(
        match=match, creator_id=creator_id, defaults={"kind": kind, "decided_by": event.actor, "decided_at": now}
    )
    if not is_new and GAINS[decision.kind] < GAINS[kind]:
        decision.kind, decision.decided_by, decision.decided_at = kind, event.actor, now
        decision.save(update_fields=["kind", "decided_by", "decided_at"])
    return decision
