"""Payouts to creators: proposed by one member of staff, approved by another, sent, confirmed."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from billing.models.ledger import Transfer
from billing.payment_enums import PayoutState
from creators.enums import Currency
from creators.models import Creator


class PayoutBatch(models.Model):
    """Payouts that were proposed together."""

    note = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    proposed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "payout batches"

    def __str__(self) -> str:
        return f"Batch {self.pk}"


class Payout(models.Model):
    """Money to one creator. ``transfer`` holds it from the proposal on; confirmed posts it, anything else frees it."""

    reference = models.UUIDField(default=uuid4, editable=False)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="payouts")
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, choices=Currency)
    state = models.CharField(max_length=10, choices=PayoutState, default=PayoutState.PROPOSED)
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="payout")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    proposed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    bank_reference = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="payout_reference_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_amount"),
            # Four eyes, in the database: both names are there when it is approved, and never the same.
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="payout_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "cancelled"]) | Q(approved_at__isnull=False),
                name="payout_sent_after_approval",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="payout_state_idx"),
            models.Index(fields=["creator", "id"], name="payout_creator_idx"),
        ]

    def __str__(self) -> str:
        return f"Payout {self.reference}"
