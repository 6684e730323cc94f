"""What platforms send by themselves: subscriptions to it, and every delivery as it came."""

from django.db import models

from creators.enums import Platform, SubscriptionState, WebhookState
from creators.models.creator import PlatformConnection
from veri.platform.secrets.fields import EncryptedTextField


class WebhookSubscription(models.Model):
    """One kind of event of one account, as the platform was asked to send it.

    ``remote_id`` is the platform's (a topic's address for WebSub). ``secret`` signs where each has its own.
    """

    connection = models.ForeignKey(
        PlatformConnection, on_delete=models.CASCADE, db_index=False, related_name="subscriptions"
    )
    platform = models.CharField(max_length=16, choices=Platform)
    type = models.CharField(max_length=80)
    condition = models.JSONField(default=dict)
    remote_id = models.CharField(max_length=200, blank=True)
    secret = EncryptedTextField(blank=True)
    state = models.CharField(max_length=12, choices=SubscriptionState, default=SubscriptionState.WANTED)
    cost = models.PositiveIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "type"], name="subscription_type_unique")]
        indexes = [models.Index(fields=["platform", "remote_id"], name="subscription_remote_idx")]

    def __str__(self) -> str:
        return f"{self.platform} {self.type}"


class WebhookDelivery(models.Model):
    """A verified delivery: the bytes as received, once per platform and message id."""

    platform = models.CharField(max_length=16, choices=Platform)
    message_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=80, blank=True)
    subscription = models.ForeignKey(
        WebhookSubscription, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    account_id = models.CharField(max_length=128, blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=WebhookState, default=WebhookState.PENDING)
    error = models.CharField(max_length=500, blank=True)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["platform", "message_id"], name="webhook_delivery_message_unique")
        ]
        indexes = [
            models.Index(fields=["received_at"], name="webhook_delivery_received_idx"),
            models.Index(fields=["platform", "account_id"], name="webhook_delivery_account_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.kind} {self.message_id}"
