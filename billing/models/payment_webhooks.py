"""The inbox of payment providers' webhooks: verified, kept, then worked on."""

from django.db import models

from billing.payment_enums import InboxState, Provider


class PaymentWebhook(models.Model):
    """A delivery whose signature was verified. ``signed`` are the parts that were signed, as they came.

    ``verified_how`` says which form of the signed text matched. The body is a hint: what counts is fetched anew.
    """

    provider = models.CharField(max_length=14, choices=Provider)
    delivery_id = models.CharField(max_length=120)
    topic = models.CharField(max_length=80, blank=True)
    data_id = models.CharField(max_length=120, blank=True)
    signed = models.JSONField(default=dict)
    verified_how = models.CharField(max_length=12)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=InboxState, default=InboxState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "delivery_id"], name="payment_webhook_unique")]
        indexes = [models.Index(fields=["state", "id"], name="payment_webhook_state_idx")]

    def __str__(self) -> str:
        return f"{self.provider} {self.topic} {self.data_id}"
