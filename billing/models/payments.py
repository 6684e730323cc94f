"""What Veri asks somebody to pay, and what the provider says became of it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.payment_enums import DisputeState, IntentState, PaymentPurpose, Provider, ProviderState, RefundState
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


class ProviderPayment(models.Model):
    """A payment as the provider last told of it. ``quarantine`` says why one is not credited; a person decides then."""

    provider = models.CharField(max_length=14, choices=Provider)
    payment_id = models.CharField(max_length=120)
    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    state = models.SmallIntegerField(choices=ProviderState, default=ProviderState.PENDING)
    amount_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    is_credited = models.BooleanField(default=False)
    is_held = models.BooleanField(default=False)
    is_duplicate = models.BooleanField(default=False)
    quarantine = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "payment_id"], name="provider_payment_unique"),
            models.CheckConstraint(
                condition=Q(quarantine="") | Q(is_credited=False), name="provider_payment_quarantined_uncredited"
            ),
        ]
        indexes = [models.Index(fields=["fetched_at"], name="provider_payment_fetched_idx")]

    def __str__(self) -> str:
        return f"{self.provider} {self.payment_id}"


class Refund(models.Model):
    """Money on its way back to a payer, through the payment that brought it; asked for by us, or found there."""

    payment = models.ForeignKey(ProviderPayment, on_delete=models.PROTECT, related_name="refunds")
    refund_id = models.CharField(max_length=120, blank=True)
    idempotency_key = models.UUIDField(default=uuid4, editable=False)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.REQUESTED)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    requested_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="refund_key_unique"),
            models.UniqueConstraint(
                fields=["payment", "refund_id"], condition=~Q(refund_id=""), name="refund_provider_id_unique"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount"),
        ]
        indexes = [models.Index(fields=["retry_at"], condition=Q(state="requested"), name="refund_due_idx")]

    def __str__(self) -> str:
        return f"Refund {self.pk}"


class Chargeback(models.Model):
    """A payer's bank took a payment back; won, it comes again; lost, its loss is covered as docs/payments.md says."""

    payment = models.ForeignKey(ProviderPayment, on_delete=models.PROTECT, db_index=False, related_name="chargebacks")
    chargeback_id = models.CharField(max_length=120)
    state = models.CharField(max_length=6, choices=DisputeState, default=DisputeState.OPEN)
    amount_minor = models.BigIntegerField()
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "chargeback_id"], name="chargeback_unique"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="chargeback_amount"),
        ]

    def __str__(self) -> str:
        return f"Chargeback {self.chargeback_id}"


class PaymentPoll(models.Model):
    """Up to when a provider was asked for payments whose webhooks may have been lost."""

    provider = models.CharField(max_length=14, choices=Provider)
    polled_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider"], name="payment_poll_unique")]

    def __str__(self) -> str:
        return self.provider
