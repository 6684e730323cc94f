"""What Veri asks somebody to pay, and what the provider says became of it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.payment_enums import IntentState, PaymentPurpose, Provider
from creators.enums import Currency
from creators.models import Brand, Creator


class PaymentIntent(models.Model):
    """One thing to be paid once. ``reference`` is told to the provider, ``idempotency_key`` guards its calls."""

    reference = models.UUIDField(default=uuid4, editable=False)
    idempotency_key = models.UUIDField(default=uuid4, editable=False)
    purpose = models.CharField(max_length=14, choices=PaymentPurpose)
    provider = models.CharField(max_length=14, choices=Provider)
    state = models.CharField(max_length=10, choices=IntentState, default=IntentState.REQUESTED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, choices=Currency)
    campaign_ref = models.BigIntegerField(null=True, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    description = models.CharField(max_length=200, blank=True)
    checkout_id = models.CharField(max_length=120, blank=True)
    checkout_url = models.CharField(max_length=1000, blank=True)
    requested_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="payment_intent_reference_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_intent_amount"),
        ]
        indexes = [models.Index(fields=["campaign_ref"], name="payment_intent_campaign_idx")]

    def __str__(self) -> str:
        return f"Payment {self.reference}"
