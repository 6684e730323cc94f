"""What is held for campaigns, and the releases planned of it."""

from django.db import models
from django.db.models import Q

from billing.models.ledger import Transfer
from billing.payment_enums import ReleaseState
from creators.enums import Currency
from creators.models import Brand, Creator


class CampaignFunds(models.Model):
    """The row that everything about a campaign's money locks: whose it is, its currency, and whether it is frozen."""

    campaign_ref = models.BigIntegerField()
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3, choices=Currency)
    is_frozen = models.BooleanField(default=False)
    is_closed = models.BooleanField(default=False)
    freeze_reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign_ref"], name="campaign_funds_unique")]
        verbose_name_plural = "campaign funds"

    def __str__(self) -> str:
        return f"Held funds of campaign {self.campaign_ref}"


class HeldRelease(models.Model):
    """What a milestone is to release: the creator gets ``gross - fee - tax``."""

    funds = models.ForeignKey(CampaignFunds, on_delete=models.PROTECT, db_index=False, related_name="releases")
    milestone_ref = models.BigIntegerField()
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="release")
    state = models.CharField(max_length=8, choices=ReleaseState, default=ReleaseState.PLANNED)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    release_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["funds", "milestone_ref"], condition=~Q(state="voided"), name="held_release_milestone_unique"
            ),
            models.CheckConstraint(
                condition=Q(gross_minor__gt=0, fee_minor__gte=0, tax_minor__gte=0), name="held_release_amounts"
            ),
        ]
        indexes = [models.Index(fields=["release_at"], condition=Q(state="planned"), name="held_release_due_idx")]

    def __str__(self) -> str:
        return f"Release of milestone {self.milestone_ref}"
