"""Counters as platforms told them, each with its instant: figures fall legitimately, so nothing is ever added up."""

from django.db import models

from creators.enums import Platform
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection


class AccountSnapshot(models.Model):
    """An account's public counters at one instant; a counter the platform hid or left out is empty, never zero."""

    connection = models.ForeignKey(
        PlatformConnection, on_delete=models.CASCADE, db_index=False, related_name="snapshots"
    )
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="account_snapshots")
    platform = models.CharField(max_length=16, choices=Platform)
    taken_at = models.DateTimeField()
    followers = models.BigIntegerField(null=True)
    following = models.BigIntegerField(null=True)
    views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    items = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "taken_at"], name="account_snapshot_instant_unique")
        ]
        indexes = [models.Index(fields=["creator", "platform", "-taken_at"], name="account_snapshot_recent_idx")]

    def __str__(self) -> str:
        return f"{self.platform} account at {self.taken_at:%Y-%m-%d %H:%M}"


class ContentSnapshot(models.Model):
    """A content item's counters at one instant; a counter the platform hid or left out is empty, never zero."""

    content = models.ForeignKey(ContentItem, on_delete=models.CASCADE, db_index=False, related_name="snapshots")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="content_snapshots")
    platform = models.CharField(max_length=16, choices=Platform)
    taken_at = models.DateTimeField()
    views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    shares = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content", "taken_at"], name="content_snapshot_instant_unique")]
        indexes = [models.Index(fields=["creator", "-taken_at"], name="content_snapshot_recent_idx")]

    def __str__(self) -> str:
        return f"{self.platform} content at {self.taken_at:%Y-%m-%d %H:%M}"
