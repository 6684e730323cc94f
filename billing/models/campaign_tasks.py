"""What a workflow asks of the parties, and the reminders that were sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.campaign_enums import CollaborationState, Side
from billing.models.campaigns import Collaboration


class CampaignTask(models.Model):
    """A task of a collaboration's stage, made when the stage is entered."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, db_index=False, related_name="tasks")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    stage = models.CharField(max_length=20, choices=CollaborationState)
    side = models.CharField(max_length=8, choices=Side)
    is_blocking = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collaboration", "key"], name="campaign_task_key_unique")]

    def __str__(self) -> str:
        return self.title


class CampaignReminder(models.Model):
    """A reminder of a stage, due at an instant and sent once."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, db_index=False, related_name="reminders")
    key = models.CharField(max_length=40)
    stage = models.CharField(max_length=20, choices=CollaborationState)
    side = models.CharField(max_length=8, choices=Side)
    text = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collaboration", "key"], name="campaign_reminder_key_unique")]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at__isnull=True), name="campaign_reminder_due_idx")]

    def __str__(self) -> str:
        return f"reminder {self.key} of collaboration {self.collaboration_id}"
