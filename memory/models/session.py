"""Sessions: stretches of a conversation that a language model reads in one call."""

from django.db import models

from creators.models import Creator
from memory.enums import SessionState


class ProcessedSession(models.Model):
    """One session for one processor: claimed, read, and what came of it.

    ``interactions`` are the ids read; ``attempt`` names each call for billing, so that a call whose outcome a crash
    took along is charged and made again, never both for one. ``answer`` is kept from the end of the call until its
    statements are stored. ``rejected`` counts refused statements by reason.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    processor = models.CharField(max_length=20)
    conversation = models.CharField(max_length=220)
    last_interaction_id = models.BigIntegerField()
    interactions = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=SessionState, default=SessionState.RUNNING)
    attempt = models.PositiveSmallIntegerField(default=1)
    lease_until = models.DateTimeField()
    model = models.CharField(max_length=80, blank=True, default="")
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=dict)
    answer = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "processor", "conversation", "last_interaction_id"],
                name="processed_session_last_unique",
            )
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], condition=models.Q(state__in=["running", "waiting"]), name="session_lease_idx"
            )
        ]

    def __str__(self) -> str:
        return f"{self.processor} {self.conversation} up to {self.last_interaction_id}"
