"""Datasets under migration: the route row of each, and its backfills."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration.enums import BackfillPhase, Stage

LOWEST_KEY = -(2**63)


class Dataset(models.Model):
    """A table ↔ collection pair. This row is the route: it decides what is captured and where reads go.

    ``epoch`` rises with every transition; transitions compare and swap on ``(stage, epoch)``. ``captured_since`` is
    the transaction id from which on everything is captured, noted once the capture's own transaction had committed;
    ``captured_at`` is when capture began. ``came_from`` is the stage a paused or rolled back dataset stood in.
    ``read_percent`` of the creators' cohorts, and the creators in ``allowed``, read MongoDB in CANARY; those in
    ``denied`` never do. A dataset that ``is_held`` stays OFF until staff starts it. ``rows_per_second`` throttles
    backfill and verification; 0 means as fast as traffic allows.
    """

    name = models.CharField(max_length=40)
    stage = models.CharField(max_length=16, choices=Stage, default=Stage.OFF)
    epoch = models.PositiveIntegerField(default=0)
    is_capturing = models.BooleanField(default=False)
    captured_since = models.BigIntegerField(null=True, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)
    stage_changed_at = models.DateTimeField(null=True, blank=True)
    came_from = models.CharField(max_length=16, choices=Stage, blank=True, default="")
    read_percent = models.PositiveSmallIntegerField(default=0)
    allowed = ArrayField(models.BigIntegerField(), default=list, blank=True)
    denied = ArrayField(models.BigIntegerField(), default=list, blank=True)
    is_held = models.BooleanField(default=False)
    rows_per_second = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="dataset_name_unique"),
            models.CheckConstraint(condition=models.Q(read_percent__lte=100), name="dataset_read_percent_range"),
            models.CheckConstraint(
                condition=models.Q(stage__in=[Stage.PAUSED, Stage.ROLLED_BACK], came_from__gt="")
                | (~models.Q(stage__in=[Stage.PAUSED, Stage.ROLLED_BACK]) & models.Q(came_from="")),
                name="dataset_came_from_when_aside",
            ),
            models.CheckConstraint(
                condition=models.Q(stage=Stage.OFF) | models.Q(is_capturing=True), name="dataset_captures_unless_off"
            ),
        ]
        permissions = [
            ("operate_dataset", "Can backfill, check, reconcile and empty the quarantine"),
            ("cut_over_dataset", "Can move a dataset's reads to MongoDB"),
            ("roll_back_dataset", "Can return a dataset's reads to PostgreSQL"),
            ("force_dataset", "Can move a dataset although a guard does not hold"),
            ("archive_dataset", "Can write and restore archives"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reached(self) -> Stage:
        """Return the stage, or the one it stood in before it was paused or rolled back."""
        return Stage(self.came_from or self.stage)


class BackfillRun(models.Model):
    """One walk over a dataset's rows in primary-key order; ``cursor`` is the last key copied.

    ``first_key`` and ``last_key`` were the table's bounds when the walk began. ``orphans`` are documents without a row,
    looked for when the collection ``had_documents`` at the beginning; ``refused`` are rows MongoDB could not take.
    ``rows_per_second`` is the rate of the last minute, ``chunk_rows`` the size the next chunk will have.
    ``waiting_because`` says why the walk rests now. The validation after the copy counts both sides and compares
    ``validated`` rows, ``validated_recent`` of them for being written within the last day; ``problem`` says what it
    found wrong.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="backfills")
    phase = models.CharField(max_length=16, choices=BackfillPhase, default=BackfillPhase.COPYING)
    cursor = models.BigIntegerField(default=LOWEST_KEY)
    first_key = models.BigIntegerField(null=True, blank=True)
    last_key = models.BigIntegerField(null=True, blank=True)
    copied = models.BigIntegerField(default=0)
    orphans = models.BigIntegerField(default=0)
    had_documents = models.BooleanField(default=True)
    refused = models.BigIntegerField(default=0)
    estimated_total = models.BigIntegerField(default=0)
    rows_per_second = models.FloatField(default=0)
    chunk_rows = models.PositiveIntegerField(default=0)
    waiting_because = models.TextField(blank=True, default="")
    row_count = models.BigIntegerField(null=True, blank=True)
    document_count = models.BigIntegerField(null=True, blank=True)
    validated = models.BigIntegerField(default=0)
    validated_recent = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True, default="")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(finished_at=None), name="backfill_one_open_per_dataset"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset} from {self.started_at:%Y-%m-%d %H:%M}"
