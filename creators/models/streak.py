"""Streaks: the days on which a creator published, the freezes that bridge others, and the zones days are counted in."""

from django.db import models

from creators.enums import FreezeKind, StreakDayState
from creators.models.creator import Creator


class StreakDay(models.Model):
    """A local day of a creator that counts. Frozen days are derived from the others and keep a streak, never add."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="streak_days")
    day = models.DateField()
    state = models.CharField(max_length=8, choices=StreakDayState)
    occurred_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "day"], name="streak_day_unique")]

    def __str__(self) -> str:
        return f"{self.day}, {self.state}"


class FreezeEntry(models.Model):
    """A freeze earned, granted or spent for a day. Earned and spent ones follow from the days, granted ones do not."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="freezes")
    kind = models.CharField(max_length=8, choices=FreezeKind)
    day = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "kind", "day"], name="freeze_entry_unique")]
        verbose_name_plural = "freeze entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class Streak(models.Model):
    """A cache of what the days say: it can be computed anew at any time."""

    creator = models.OneToOneField(Creator, on_delete=models.CASCADE, primary_key=True, related_name="streak")
    length = models.IntegerField(default=0)
    longest = models.IntegerField(default=0)
    last_day = models.DateField(null=True)
    freezes = models.IntegerField(default=0)
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["longest"], name="streak_longest_idx")]

    def __str__(self) -> str:
        return f"streak of {self.length}"


class ZoneChange(models.Model):
    """A change of a creator's zone: days are counted in the new one from the old one's next midnight."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="zone_changes")
    zone_from = models.CharField(max_length=64)
    zone_to = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["creator", "-effective_at"], name="zone_change_recent_idx")]

    def __str__(self) -> str:
        return f"{self.zone_from} to {self.zone_to}"
