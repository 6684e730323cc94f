"""Turns of the assistant."""

from django.db import models

from creators.models import Creator


class ConversationTurn(models.Model):
    """A question and its answer as given: ``citations`` is ``[{kind, id}]``, ``sentences`` pairs text with them.

    ``retrieved`` is what was found for it, best first, as ``[kind's letter, id, score, coverage]``: see
    ``memory.services.turns.describe_hits``. Learning attributes an answer's outcome by it.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="turns")
    request_id = models.CharField(max_length=64)
    conversation = models.CharField(max_length=64, blank=True)
    question = models.TextField()
    answer = models.TextField()
    sentences = models.JSONField(default=list)
    citations = models.JSONField(default=list)
    retrieved = models.JSONField(default=list, db_default=[])
    store = models.CharField(max_length=12)
    model = models.CharField(max_length=60)
    is_degraded = models.BooleanField()
    rung = models.CharField(max_length=12, blank=True, default="", db_default="")
    duration_ms = models.PositiveIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["creator", "-id"], name="turn_creator_idx"),
            models.Index(fields=["creator", "conversation", "-id"], name="turn_conversation_idx"),
        ]

    def __str__(self) -> str:
        return self.question[:80]
