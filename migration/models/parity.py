"""Verification passes, the keys they still doubt, and every mismatch they found."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration.enums import MismatchKind, MismatchOutcome, ParityMode, ParityState, ParityTier
from migration.models.dataset import LOWEST_KEY, Dataset


class ParityRun(models.Model):
    """One pass over a dataset in both stores.

    ``cursor`` is the last key compared; a pass whose process was killed is taken up there. ``is_walked`` tells that
    every key was compared once and only suspects are left, looked at in ``generation`` after generation. ``shape`` is
    what the table's columns and the mapper were when the pass began. ``updated_at`` shows that somebody is at it.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="parity_runs")
    tier = models.CharField(max_length=8, choices=ParityTier, default=ParityTier.DEEP)
    mode = models.CharField(max_length=8, choices=ParityMode, default=ParityMode.FULL)
    scope = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=ParityState, default=ParityState.RUNNING)
    compared = models.BigIntegerField(default=0)
    mismatched = models.BigIntegerField(default=0)
    suspended = models.BigIntegerField(default=0)
    estimated_total = models.BigIntegerField(default=0)
    cursor = models.BigIntegerField(default=LOWEST_KEY)
    is_walked = models.BooleanField(default=False)
    generation = models.PositiveIntegerField(default=0)
    version_mark = models.BigIntegerField(default=0)
    shape = models.CharField(max_length=32, blank=True, default="")
    started_by = models.CharField(max_length=150, blank=True, default="")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="parity_run_recent_idx")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode=ParityMode.SCOPE) ^ models.Q(scope=None), name="parity_run_scope_when_scoped"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def percent(self) -> float:
        """Return the share of compared keys that agree, 0 to 100; 0 when nothing was compared."""
        return 100.0 * (self.compared - self.mismatched) / self.compared if self.compared else 0.0

    @property
    def is_full_deep(self) -> bool:
        """Tell whether this pass compares every key's content: the only kind that proves a dataset."""
        return self.tier == ParityTier.DEEP and self.mode == ParityMode.FULL


class Divergence(models.Model):
    """A key that differs, or a foreign document: then ``key`` is null and ``document_id`` its ``_id`` as JSON.

    ``differences`` are ``{field, row, document}``; private values are kept as length and hash only.
    """

    key = models.BigIntegerField(null=True, blank=True)
    document_id = models.TextField(blank=True, default="")
    scope = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=16, choices=MismatchKind)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    differences = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """Return the key, or the foreign document's id."""
        return self.document_id or str(self.key)


class ParitySuspect(Divergence):
    """A key that differed when it was last looked at; it may only be on its way.

    ``versions`` are the row's and the document's then; ``changes`` how often they moved between two looks.
    ``outcome`` is empty until it is certain.
    """

    run = models.ForeignKey(ParityRun, on_delete=models.CASCADE, related_name="suspects")
    versions = models.CharField(max_length=120, blank=True, default="")
    changes = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=MismatchOutcome, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "key", "document_id"], name="parity_suspect_key_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}"


class ParityMismatch(Divergence):
    """One key that persistently differs, or that could not be settled because it kept changing.

    ``first_seen`` is when a pass first found it different without it being right in between; ``repaired_at`` when it
    was sent for repair; ``checked_at`` when it was last verified again; ``resolved_at`` when it was then right.
    """

    run = models.ForeignKey(ParityRun, on_delete=models.CASCADE, related_name="mismatches")
    outcome = models.CharField(max_length=16, choices=MismatchOutcome, default=MismatchOutcome.MISMATCH)
    first_seen = models.DateTimeField(null=True, blank=True)
    repaired_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "key", "document_id"], name="parity_mismatch_key_unique", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["key"], condition=models.Q(resolved_at=None), name="parity_mismatch_open_idx")]
        verbose_name_plural = "parity mismatches"
        permissions = [("view_content", "Can see the texts and payloads of rows that differ")]

    def __str__(self) -> str:
        return f"{self.run.dataset} {self.name}: {self.kind}"

    def get_age_seconds(self, *, now: Any) -> float:
        """Return for how long the key has been different."""
        return (now - self.first_seen).total_seconds() if self.first_seen else 0.0
