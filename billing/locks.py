"""The billing app's locks of campaigns, held until the end of the transaction. Order: campaign, then creator."""

from django.db import connection

from billing.campaign_errors import CampaignBusy
from billing.models import Campaign, Collaboration

BINDING = 7_541


def lock_campaign(*, campaign_id: int, waits: bool = True) -> Campaign:
    """Serialise what is agreed, held and released within one campaign.

    Raises:
        Campaign.DoesNotExist: unknown.
        CampaignBusy: without ``waits``, when somebody else holds it.
    """
    rows = Campaign.objects.select_for_update(of=("self",), skip_locked=not waits).select_related("brand")
    found = rows.filter(pk=campaign_id).first()
    if found is not None:
        return found
    if Campaign.objects.filter(pk=campaign_id).exists():
        raise CampaignBusy("Somebody else works on this campaign right now.")
    raise Campaign.DoesNotExist


def lock_collaboration(*, collaboration_id: int, waits: bool = True) -> Collaboration:
    """Return a collaboration as it is now, its campaign locked.

    Raises:
        Collaboration.DoesNotExist: unknown.
        CampaignBusy: see ``lock_campaign``.
    """
    found = Collaboration.objects.only("campaign_id").get(pk=collaboration_id)
    campaign = lock_campaign(campaign_id=found.campaign_id, waits=waits)
    collaboration = Collaboration.objects.select_for_update(of=("self",)).get(pk=collaboration_id)
    collaboration.campaign = campaign
    return collaboration


def lock_bindings(*, creator_id: int) -> None:
    """Serialise what a creator binds himself to: of two exclusive signatures at once the second sees the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [BINDING, creator_id])
