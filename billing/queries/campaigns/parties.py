"""Who somebody is in a campaign or collaboration, and what he may see."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from billing.campaign_enums import Side
from billing.models import Campaign, Collaboration
from creators.models import User
from creators.queries.brands import list_brands


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: a person on a side, or no person (the clock, the provider)."""

    side: Side
    user: User | None = None


CLOCK = Actor(side=Side.CLOCK)
PROVIDER = Actor(side=Side.PROVIDER)


def list_campaigns(*, acting_user: User) -> QuerySet[Campaign]:
    """Return the campaigns of the brands a user acts for; staff see all."""
    rows = Campaign.objects.select_related("brand", "workflow_version__template")
    return rows.filter(brand__in=list_brands(acting_user=acting_user))


def list_collaborations(*, acting_user: User) -> QuerySet[Collaboration]:
    """Return what a user may see: of his brands, and of his creators once they were made an offer."""
    rows = Collaboration.objects.select_related("campaign__brand", "creator", "accepted_offer")
    return rows.filter(
        Q(campaign__brand__in=list_brands(acting_user=acting_user))
        | Q(creator__owner=acting_user) & Q(offers__isnull=False)
    ).distinct()


def find_actor(*, collaboration: Collaboration, acting_user: User) -> Actor | None:
    """Return whose side a user is on; None for a stranger. Whoever is on several is on the brand's, then his own."""
    brand = collaboration.campaign.brand
    if acting_user.brand_memberships.filter(brand=brand).exclude(role="former").exists():
        return Actor(side=Side.BRAND, user=acting_user)
    if collaboration.creator is not None and collaboration.creator.owner_id == acting_user.pk:
        return Actor(side=Side.CREATOR, user=acting_user)
    return Actor(side=Side.STAFF, user=acting_user) if acting_user.is_staff else None


def find_brand_actor(*, campaign: Campaign, acting_user: User) -> Actor | None:
    """Return the side of a user who acts on a campaign as a whole; None for a stranger."""
    if acting_user.brand_memberships.filter(brand=campaign.brand_id).exclude(role="former").exists():
        return Actor(side=Side.BRAND, user=acting_user)
    return Actor(side=Side.STAFF, user=acting_user) if acting_user.is_staff else None
