"""Contradictions that rules cannot judge: both sides are kept until a person decides."""

from django.db import models

from creators.models import Creator
from memory.enums import ConflictKind, ConflictOutcome, ConflictState


class MemoryConflict(models.Model):
    """Two values of one subject and predicate that cannot both hold.

    Named by what they say, not by rows: forming the memories again finds the decision again. ``first_value`` comes
    before ``second_value`` in order of their normalised writing. ``at`` is the instant of which a slot has both.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=12, choices=ConflictKind)
    key = models.CharField(max_length=32)
    subject = models.CharField(max_length=120)
    predicate = models.CharField(max_length=120)
    first_value = models.CharField(max_length=500)
    second_value = models.CharField(max_length=500)
    at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=ConflictState, default=ConflictState.OPEN)
    outcome = models.CharField(max_length=12, choices=ConflictOutcome, blank=True, default=ConflictOutcome.NONE)
    reason = models.TextField(blank=True, default="")
    resolved_by = models.CharField(max_length=150, blank=True, default="")
    resolved_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "key"], name="memory_conflict_key_unique")]
        indexes = [
            models.Index(fields=["creator", "subject", "predicate"], name="memory_conflict_slot_idx"),
            models.Index(fields=["-recorded_at"], condition=models.Q(state="open"), name="memory_conflict_open_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.predicate}: {self.first_value} or {self.second_value}"
