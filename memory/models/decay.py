"""Decay and forgetting: runs, requests, and what must not be formed again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from memory.enums import DecayState, ForgetScope, ForgetState


class DecayRun(models.Model):
    """One run over all memories, in order of their keys; ``cursor`` is the last key looked at.

    ``as_of`` is the instant retention is computed for, the same from the first key to the last, whenever the run is
    taken up again. ``counts`` is ``{type: {step: memories}}``. ``storage_before`` and ``storage_after`` are
    ``{"states": {state: [memories, bytes of text]}, "tables": {table: bytes}}``; ``freed`` counts the bytes of the rows
    taken out of memories and index, which the tables give back when they are vacuumed.
    """

    as_of = models.DateTimeField()
    state = models.CharField(max_length=12, choices=DecayState, default=DecayState.RUNNING)
    cursor = models.BigIntegerField(default=0)
    looked_at = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    freed = models.BigIntegerField(default=0)
    storage_before = models.JSONField(default=dict)
    storage_after = models.JSONField(default=dict)
    waits_for = models.CharField(max_length=200, blank=True, default="")
    started_by = models.CharField(max_length=150)
    reason = models.TextField(blank=True, default="")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="decay_run_one_at_a_time")
        ]
        indexes = [models.Index(fields=["-started_at"], name="decay_run_recent_idx")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def changed(self) -> int:
        """Return how many memories took a step."""
        return sum(count for steps in self.counts.values() for count in steps.values())


class MemorySuppression(models.Model):
    """What must not be formed again: a keyed hash of what was said, never the words.

    ``salt`` is random and the same for all of one creator. Without ``through`` it is forgotten for good; with it, only
    what was said up to that instant is: a purged memory is formed anew when somebody says it again.
    """

    creator = models.ForeignKey("creators.Creator", on_delete=models.CASCADE, db_index=False, related_name="+")
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    through = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "digest"], name="memory_suppression_digest_unique")]

    def __str__(self) -> str:
        return f"suppression {self.pk} of creator {self.creator_id}"


class ForgetRequest(models.Model):
    """What somebody wants forgotten, by ids alone: no word of it stands here.

    ``steps`` holds the steps that are done and how many things each found; a step that failed is tried again, and
    changes nothing where it was done already. ``interaction_ids`` are emptied; memories are deleted.
    """

    creator = models.ForeignKey("creators.Creator", on_delete=models.CASCADE, db_index=False, related_name="+")
    scope = models.CharField(max_length=12, choices=ForgetScope)
    memory_ids = ArrayField(models.BigIntegerField(), default=list)
    interaction_ids = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=12, choices=ForgetState, default=ForgetState.PENDING)
    steps = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    waits_for = models.CharField(max_length=200, blank=True, default="")
    requested_by = models.CharField(max_length=150)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["creator", "-id"], name="forget_request_creator_idx"),
            models.Index(fields=["due_at"], condition=~Q(state="done"), name="forget_request_due_idx"),
        ]

    def __str__(self) -> str:
        return f"forget request {self.pk}"
