"""Points: an append-only ledger, the sums of each season, and what stood when a season closed."""

from django.db import models

from creators.enums import SeasonState
from creators.models.creator import Creator

MOST_POINTS = 2**21 - 1  # a board's score must stay below 2**53, where floats are exact


class Season(models.Model):
    """A half-open period in which points count for boards: starts_at <= t < ends_at."""

    name = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=SeasonState, default=SeasonState.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_at"], name="season_start_unique"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="season_period_order"),
        ]

    def __str__(self) -> str:
        return self.name


class PointEntry(models.Model):
    """Points given or taken for one cause, once. Append-only by a trigger; rows go only with their creator."""

    creator = models.ForeignKey(Creator, on_delete=models.DO_NOTHING, db_index=False, related_name="point_entries")
    season = models.ForeignKey(Season, on_delete=models.PROTECT, db_index=False, related_name="+")
    cause_kind = models.CharField(max_length=20)
    cause_id = models.CharField(max_length=100)
    points = models.IntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creator", "cause_kind", "cause_id"], name="point_entry_cause_unique"),
            models.CheckConstraint(
                condition=models.Q(points__gte=-MOST_POINTS, points__lte=MOST_POINTS) & ~models.Q(points=0),
                name="point_entry_bounds",
            ),
        ]
        indexes = [models.Index(fields=["creator", "-id"], name="point_entry_recent_idx")]
        verbose_name_plural = "point entries"

    def __str__(self) -> str:
        return f"{self.points:+} for {self.cause_kind} {self.cause_id}"


class SeasonTotal(models.Model):
    """A creator's points in a season, and when he reached them: the truth boards in Redis are made of.

    ``is_shown`` follows his consent to a public profile: others see him on boards only then.
    """

    season = models.ForeignKey(Season, on_delete=models.CASCADE, db_index=False, related_name="totals")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=16)
    points = models.IntegerField()
    reached_at = models.DateTimeField()
    is_shown = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "creator"], name="season_total_unique"),
            models.CheckConstraint(
                condition=models.Q(points__gte=0, points__lte=MOST_POINTS), name="season_total_bounds"
            ),
        ]
        indexes = [
            models.Index(
                fields=["season", "-points", "reached_at"],
                condition=models.Q(is_shown=True),
                name="season_total_board_idx",
            ),
            models.Index(
                fields=["season", "category", "-points", "reached_at"],
                condition=models.Q(is_shown=True),
                name="season_total_category_idx",
            ),
            models.Index(fields=["season", "updated_at"], name="season_total_updated_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.points} points of {self.creator_id}"


class SeasonResult(models.Model):
    """Where a creator stood when a season closed. It is never changed."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, db_index=False, related_name="results")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=16)
    points = models.IntegerField()
    reached_at = models.DateTimeField()
    rank = models.IntegerField()
    category_rank = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["season", "creator"], name="season_result_unique")]
        indexes = [models.Index(fields=["season", "rank", "reached_at"], name="season_result_rank_idx")]

    def __str__(self) -> str:
        return f"rank {self.rank} of {self.creator_id}"
