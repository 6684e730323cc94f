"""Campaigns of brands, and the collaborations with creators they consist of."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from billing.campaign_enums import Action, CampaignKind, CampaignState, CollaborationState, Side, UsageChannel
from billing.models.workflows import WorkflowVersion
from billing.money import LARGEST_MINOR
from creators.enums import Currency
from creators.models import Brand, Creator


class Campaign(models.Model):
    """A brand's brief. Days are local to ``timezone`` and half-open: what is due on a day may come until its end.

    ``requirements`` are the deliverables wanted of each creator, as in ``campaign_terms``.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, db_index=False, related_name="campaigns")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=CampaignKind)
    objectives = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=CampaignState, default=CampaignState.DRAFT)
    budget_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, choices=Currency)
    timezone = models.CharField(max_length=64, default="UTC")
    starts_on = models.DateField()
    ends_on = models.DateField()
    category = models.CharField(max_length=16, blank=True)
    requirements = models.JSONField(default=list, blank=True)
    exclusivity_category = models.CharField(max_length=16, blank=True)
    exclusivity_days = models.PositiveIntegerField(default=0)
    usage_channels = ArrayField(models.CharField(max_length=16, choices=UsageChannel), default=list, blank=True)
    usage_days = models.PositiveIntegerField(default=0)
    usage_territory = models.CharField(max_length=80, blank=True)
    workflow_version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="campaigns")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(budget_minor__gt=0, budget_minor__lte=LARGEST_MINOR), name="campaign_budget_bounds"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="campaign_period_order"),
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="campaign_brand_idx"),
            models.Index(fields=["state", "-id"], name="campaign_state_idx"),
        ]

    def __str__(self) -> str:
        return self.title


class Collaboration(models.Model):
    """One creator's part in a campaign: what is offered, contracted, funded, released and paid.

    ``epoch`` counts its moves: of two at once one finds it changed. Fee, rounds and days are those of the terms in
    force. ``funded_minor`` is the part of the campaign's held funds that is set aside for it and still held.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, db_index=False, related_name="collaborations")
    creator = models.ForeignKey(
        Creator, on_delete=models.SET_NULL, null=True, db_index=False, related_name="collaborations"
    )
    state = models.CharField(max_length=20, choices=CollaborationState, default=CollaborationState.DRAFT)
    epoch = models.PositiveIntegerField(default=0)
    state_changed_at = models.DateTimeField()
    fee_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, choices=Currency)
    platform_fee_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    funded_minor = models.BigIntegerField(default=0)
    revision_rounds = models.PositiveSmallIntegerField(default=0)
    review_days = models.PositiveSmallIntegerField(default=0)
    release_days = models.PositiveSmallIntegerField(default=0)
    accepted_offer = models.ForeignKey(
        "billing.Offer", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "creator"], name="collaboration_creator_unique"),
            models.CheckConstraint(
                condition=Q(fee_minor__isnull=True) | Q(fee_minor__gt=0, fee_minor__lte=LARGEST_MINOR),
                name="collaboration_fee_bounds",
            ),
            models.CheckConstraint(
                condition=Q(funded_minor__gte=0, platform_fee_minor__gte=0, tax_minor__gte=0),
                name="collaboration_amounts_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["creator", "-id"], name="collaboration_creator_idx"),
            models.Index(fields=["state", "-id"], name="collaboration_state_idx"),
        ]

    def __str__(self) -> str:
        return f"collaboration {self.pk}"


class CampaignEvent(models.Model):
    """What happened, append-only: the database refuses changes. Facts hold ids and figures, never words of people."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, db_index=False, related_name="events")
    collaboration = models.ForeignKey(
        Collaboration, on_delete=models.PROTECT, null=True, db_index=False, related_name="events"
    )
    action = models.CharField(max_length=16, choices=Action)
    state_from = models.CharField(max_length=20, blank=True)
    state_to = models.CharField(max_length=20, blank=True)
    side = models.CharField(max_length=8, choices=Side)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "-id"], name="campaign_event_campaign_idx"),
            models.Index(fields=["collaboration", "-id"], name="campaign_event_part_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of campaign {self.campaign_id}"
