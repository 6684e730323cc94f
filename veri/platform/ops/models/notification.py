"""The outbox of notices."""

from django.db import models
from django.db.models import Q

from veri.platform.ops.enums import OPEN_STATES, Channel, NotificationState
from veri.platform.secrets.fields import EncryptedTextField


class Notification(models.Model):
    """One notice to one recipient. ``lease_until`` marks a claim; a crashed claimant's lease runs out.

    A mail to a person is kept in ``sealed``, encrypted, and only until it was delivered or given up: it may hold a
    secret.
    """

    channel = models.CharField(max_length=10, choices=Channel)
    recipient = models.CharField(max_length=500)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    sealed = EncryptedTextField(blank=True, editable=False)
    dedup_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=NotificationState, default=NotificationState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dedup_key", "channel", "recipient"],
                condition=Q(state__in=OPEN_STATES) & ~Q(dedup_key=""),
                name="ops_notification_open_unique",
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="ops_notification_channel_known"),
            models.CheckConstraint(
                condition=Q(state__in=NotificationState.values), name="ops_notification_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state__in=OPEN_STATES), name="ops_notification_due_idx"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
