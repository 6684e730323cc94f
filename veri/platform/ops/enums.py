"""Choices of the operations tables."""

from django.db import models


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class NotificationState(models.TextChoices):
    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed, will be retried"
    DEAD = "dead", "Dead letter"


OPEN_STATES = (NotificationState.PENDING, NotificationState.SENDING, NotificationState.FAILED)


class BackupKind(models.TextChoices):
    CREATE = "create", "Create"
    VERIFY = "verify", "Verify"
    RESTORE = "restore", "Restore"


class BackupState(models.TextChoices):
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
