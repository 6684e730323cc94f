"""What became of a collaboration: figures after publication."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.campaign_enums import Side
from billing.models.campaigns import Collaboration
from billing.money import LARGEST_MINOR


class CampaignOutcome(models.Model):
    """The latest report of one collaboration; earlier ones stand in its history.

    ``revenue_minor`` is what the brand attributes to it, in the campaign's currency; a figure nobody told is empty.
    """

    collaboration = models.OneToOneField(Collaboration, on_delete=models.PROTECT, related_name="outcome")
    revenue_minor = models.BigIntegerField()
    views = models.BigIntegerField(null=True)
    engagements = models.BigIntegerField(null=True)
    clicks = models.BigIntegerField(null=True)
    conversions = models.BigIntegerField(null=True)
    side = models.CharField(max_length=8, choices=Side)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    first_reported_at = models.DateTimeField()
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revenue_minor__gte=0, revenue_minor__lte=1_000 * LARGEST_MINOR),
                name="campaign_outcome_revenue_bounds",
            )
        ]

    def __str__(self) -> str:
        return f"outcome of collaboration {self.collaboration_id}"
