"""How far reading the platforms has come, and what it has cost."""

from django.db import models

from creators.enums import Platform, SyncKind, SyncState
from creators.models.content import ContentItem
from creators.models.creator import PlatformConnection


class SyncPlan(models.Model):
    """When a connection is read next, and what is known for doing it cheaply.

    ``cursor`` is where an unfinished reading goes on; empty begins anew. ``etag`` and ``counted`` tell whether anything
    changed; ``known_until`` is the publication of the newest item listed to the end. ``fetched`` is the account as one
    call read it with others, and when. Who reads holds the plan ``held_until``.
    """

    connection = models.OneToOneField(
        PlatformConnection, on_delete=models.CASCADE, primary_key=True, related_name="sync_plan"
    )
    next_due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    backoff_until = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    cursor = models.JSONField(default=dict, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    counted = models.JSONField(default=dict, blank=True)
    known_until = models.DateTimeField(null=True)
    fetched = models.JSONField(default=dict, blank=True)
    must_list = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_due_at"], name="sync_plan_due_idx")]

    def __str__(self) -> str:
        return f"sync of connection {self.connection_id}"


class SyncRun(models.Model):
    """One reading of a connection. ``units`` are the platform's own; money is in millionths of a dollar."""

    connection = models.ForeignKey(PlatformConnection, on_delete=models.CASCADE, db_index=False, related_name="runs")
    platform = models.CharField(max_length=16, choices=Platform)
    kind = models.CharField(max_length=12, choices=SyncKind)
    state = models.CharField(max_length=12, choices=SyncState, default=SyncState.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    micro_dollars = models.BigIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["connection", "-id"], name="sync_run_recent_idx"),
            models.Index(fields=["started_at"], name="sync_run_started_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.kind} {self.started_at:%Y-%m-%d %H:%M}"


class QuotaWindow(models.Model):
    """What was used of one bucket of a platform's quota within one window, counted before each call."""

    platform = models.CharField(max_length=16, choices=Platform)
    bucket = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used = models.BigIntegerField(default=0)
    limit = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "bucket", "starts_at"], name="quota_window_unique"),
            models.CheckConstraint(condition=models.Q(used__gte=0), name="quota_window_used_positive"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="quota_window_end_idx")]

    def __str__(self) -> str:
        return f"{self.platform} {self.bucket} from {self.starts_at:%Y-%m-%d %H:%M}"


class MissingContent(models.Model):
    """An item its platform did not return when asked for it; gone for good after a second time."""

    content = models.OneToOneField(ContentItem, on_delete=models.CASCADE, primary_key=True, related_name="missing")
    first_missed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"content {self.content_id}"
