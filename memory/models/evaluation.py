"""Runs of the evaluation of retrieval: what was measured, with what, and the creators made for it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from memory.enums import EvaluationState


class EvaluationRun(models.Model):
    """One evaluation of a file. ``measures`` are its figures as ``evaluate_retrieval --json`` writes them.

    ``parameters`` names the constants and learnt weights retrieval ranked with, ``file_digest`` the file's content.
    ``creator_ids`` are the throw-away creators that may exist; a run whose ``lease_until`` has passed was killed, and
    what it left is removed by the next run or by beat.
    """

    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=32)
    store = models.CharField(max_length=12)
    flags = models.JSONField(default=list)
    embedding_model = models.CharField(max_length=80)
    parameters = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=EvaluationState, default=EvaluationState.RUNNING)
    creator_ids = ArrayField(models.BigIntegerField(), default=list)
    lease_until = models.DateTimeField()
    measures = models.JSONField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True, default="")
    started_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-started_at"], name="evaluation_started_idx"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"), name="evaluation_lease_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} on {self.store}, {self.started_at:%Y-%m-%d %H:%M}"
