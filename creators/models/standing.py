"""VeriScore: the figures it rests on, the runs that compute it, every score, and each creator's latest."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from creators.enums import Platform
from creators.models.creator import Creator


class PlatformFigures(models.Model):
    """What was measured of a creator on one connected platform: his part of the cohorts others are compared with.

    ``rate`` is (likes + comments) / views of ``items`` items of ninety days, ``slope`` the growth of log10 of followers
    a day over ``points`` days, ``ratio`` log10 of likes by comments. What is not known is empty, never zero.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    platform = models.CharField(max_length=16, choices=Platform)
    category = models.CharField(max_length=16)
    followers = models.BigIntegerField(null=True)
    items = models.IntegerField(default=0)
    rate = models.FloatField(null=True)
    slope = models.FloatField(null=True)
    points = models.IntegerField(default=0)
    spikes = models.IntegerField(default=0)
    deltas = models.IntegerField(default=0)
    ratio = models.FloatField(null=True)
    comments = models.IntegerField(default=0)
    distinct_comments = models.IntegerField(default=0)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "platform"], name="platform_figures_unique")]
        verbose_name_plural = "platform figures"

    def __str__(self) -> str:
        return f"{self.platform} figures of {self.creator_id}"


class ScoreRun(models.Model):
    """One computation of scores. ``cohorts`` counts the rows by the level of cohort they were compared in."""

    version = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    creators = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    cohorts = models.JSONField(default=dict)
    duration_ms = models.IntegerField(null=True)

    def __str__(self) -> str:
        return f"score run {self.pk}"


class CreatorScore(models.Model):
    """A creator's score as computed once, with everything it was computed from; stored when its inputs changed.

    ``exact`` is the sum before rounding and capping; ``components`` has s, q, w and contribution of each. ``inputs``
    holds the figures and the cohorts' counts: with ``version`` they give the same result again.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="scores")
    run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, db_index=False, related_name="scores")
    version = models.CharField(max_length=8)
    value = models.SmallIntegerField()
    exact = models.DecimalField(max_digits=15, decimal_places=12)
    is_provisional = models.BooleanField()
    is_capped = models.BooleanField(default=False)
    components = models.JSONField()
    platforms = models.JSONField()
    reasons = models.JSONField()
    inputs = models.JSONField()
    digest = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "creator"], name="creator_score_run_unique"),
            models.CheckConstraint(condition=models.Q(value__gte=0, value__lte=100), name="creator_score_bounds"),
        ]
        indexes = [models.Index(fields=["creator", "-id"], name="creator_score_recent_idx")]

    def __str__(self) -> str:
        return f"score {self.value} of {self.creator_id}"


class LatestScore(models.Model):
    """Each creator's present score. A cap holds it down for a while after a platform was disconnected."""

    creator = models.OneToOneField(Creator, on_delete=models.CASCADE, primary_key=True, related_name="latest_score")
    score = models.ForeignKey(CreatorScore, on_delete=models.CASCADE, related_name="+")
    value = models.SmallIntegerField()
    is_provisional = models.BooleanField()
    digest = models.CharField(max_length=64)
    platforms = ArrayField(models.CharField(max_length=16), default=list)
    capped_value = models.SmallIntegerField(null=True)
    capped_until = models.DateTimeField(null=True)
    capped_platforms = ArrayField(models.CharField(max_length=16), default=list)
    checked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["checked_at"], name="latest_score_checked_idx")]

    def __str__(self) -> str:
        return f"latest score of {self.creator_id}: {self.value}"
