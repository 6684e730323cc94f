"""The billing app's locks of campaigns, held until the end of the transaction. Order: campaign, then creator."""

from django.db import connection

from billing.models import Campaign, Collaboration

BINDING = 7_541


def lock_campaign(*, campaign_id: int) -> Campaign:
    """Serialise what is agreed, held and released within one campaign.

    Raises:
        Campaign.DoesNotExist: unknown.
    """
    return Campaign.objects.select_for_update().get(pk=campaign_id)


def lock_collaboration(*, collaboration_id: int) -> Collaboration:
    """Return a collaboration as it is now, its campaign locked.

    Raises:
        Collaboration.DoesNotExist: unknown.
    """
    found = Collaboration.objects.only("campaign_id").get(pk=collaboration_id)
    campaign = lock_campaign(campaign_id=found.campaign_id)
    collaboration = Collaboration.objects.select_for_update(of=("self",)).get(pk=collaboration_id)
    collaboration.campaign = campaign
    return collaboration


def lock_bindings(*, creator_id: int) -> None:
    """Serialise what a creator binds himself to: of two exclusive signatures at once the second sees the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [BINDING, creator_id])
