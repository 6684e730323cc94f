"""What a signature binds a creator to."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from billing.models import Collaboration
from billing.queries.campaigns.parties import Actor
from creators.models import Exclusivity
from creators.services.exploring.terms import end_exclusivity, insert_exclusivity


def bind_creator(*, collaboration: Collaboration, actor: Actor, now: datetime) -> None:
    """Write the exclusivity that was agreed, from the day of the last signature, inside the caller's transaction.

    One that began on the same day for the same brand and category is only made longer.
    """
    terms = collaboration.accepted_offer.terms if collaboration.accepted_offer else {}
    category, creator, user = terms.get("exclusivity_category", ""), collaboration.creator, actor.user
    if not category or creator is None or user is None:
        return
    campaign = collaboration.campaign
    starts_on = now.astimezone(ZoneInfo(campaign.timezone)).date()
    ends_on = campaign.ends_on + timedelta(days=terms.get("exclusivity_days", 0))
    if ends_on <= starts_on:
        return
    reason = f"collaboration {collaboration.pk}"
    held = Exclusivity.objects.filter(creator=creator, brand=campaign.brand, category=category)
    same = held.select_related("creator", "brand").filter(starts_on=starts_on).first()
    if same is None:
        made = Exclusivity(
            creator=creator, brand=campaign.brand, category=category, starts_on=starts_on, ends_on=ends_on
        )
        insert_exclusivity(exclusivity=made, acting_user=user, reason=reason, now=now)
    elif same.ends_on < ends_on:
        end_exclusivity(exclusivity=same, ends_on=ends_on, acting_user=user, reason=reason, now=now)
