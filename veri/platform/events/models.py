"""The durable event log: what happened, and how far each subscriber has come."""

from django.db import models


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Pending"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Dead letter"


class Event(models.Model):
    """Something that happened, written in the transaction that made it true. Never changed."""

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=120, blank=True)
    payload = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="event_name_idx"),
            models.Index(fields=["published_at"], name="event_published_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Delivery(models.Model):
    """One event for one subscriber. ``lease_until`` marks a claim; a crashed claimant's lease runs out."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    subscriber = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_event_subscriber_unique")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="pending"), name="delivery_due_idx"),
            models.Index(fields=["subscriber", "state"], name="delivery_subscriber_idx"),
        ]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscriber}"
