"""Memories: what is kept, typed and evidenced."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from creators.models import Creator, Interaction
from memory.enums import MemoryState, MemoryType
from migration.models.versioned import VersionedModel

DEFAULT_IMPORTANCE = 0.5
DEFAULT_STABILITY_DAYS = 90.0


class Memory(VersionedModel):
    """A statement about a creator that rests on interactions. Captured as dataset ``memories``.

    A single-valued predicate (``is_slot``) has one active memory; ``valid_from`` and ``valid_to`` bound the event time
    in which a value held, and ``superseded_by`` names the next. ``strength`` counts the interactions it rests on;
    ``latest_evidence`` holds the ids of the latest twenty, all are in ``MemoryEvidence``. ``keywords`` are indexed
    beside the text. Its words are those of its earliest evidence, whatever arrived first.

    ``importance`` is 0 to 1; ``stability_days`` is the time until nine tenths of it are retained. What changes with
    every use is in ``MemoryUse``, which is not captured.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="memories")
    type = models.CharField(max_length=24, choices=MemoryType)
    subject = models.CharField(max_length=120)
    predicate = models.CharField(max_length=120)
    value = models.CharField(max_length=500)
    text = models.TextField()
    keywords = models.CharField(max_length=300, blank=True)
    content_hash = models.CharField(max_length=32)
    is_slot = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=MemoryState, default=MemoryState.ACTIVE)
    confidence = models.FloatField()
    strength = models.PositiveIntegerField(default=0)
    latest_evidence = ArrayField(models.BigIntegerField(), default=list)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="supersedes"
    )
    recorded_at = models.DateTimeField()
    importance = models.FloatField(default=DEFAULT_IMPORTANCE, db_default=DEFAULT_IMPORTANCE)
    stability_days = models.FloatField(default=DEFAULT_STABILITY_DAYS, db_default=DEFAULT_STABILITY_DAYS)
    is_pinned = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "content_hash"], name="memory_content_unique")]
        indexes = [
            models.Index(fields=["creator", "type", "-valid_from"], name="memory_type_idx"),
            models.Index(fields=["creator", "subject", "predicate"], name="memory_slot_idx"),
            models.Index(
                fields=["state", "id"], condition=models.Q(state__in=["dormant", "archived"]), name="memory_faded_idx"
            ),
        ]
        verbose_name_plural = "memories"

    def __str__(self) -> str:
        return self.text[:80]


class MemoryEvidence(models.Model):
    """An interaction a memory rests on. ``value`` and ``text`` are its own words where the memory has others."""

    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, db_index=False, related_name="evidence")
    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="memory_evidence")
    occurred_at = models.DateTimeField()
    value = models.CharField(max_length=500, blank=True, default="", db_default="")
    text = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["memory", "interaction"], name="memory_evidence_unique")]

    def __str__(self) -> str:
        return f"{self.memory_id} rests on {self.interaction_id}"
