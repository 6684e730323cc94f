"""What people do in Veri's own front ends, as those report it."""

from django.conf import settings
from django.db import models


class AnalyticsEvent(models.Model):
    """One thing a user did. ``client_id`` is the front end's own id, by which a report sent twice counts once.

    Names and properties are the front end's; rows are kept for ``ANALYTICS_DAYS``.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    client_id = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    properties = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client_id"], name="analytics_event_unique")]
        indexes = [
            models.Index(fields=["name", "-occurred_at"], name="analytics_event_name_idx"),
            models.Index(fields=["received_at"], name="analytics_event_age_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.occurred_at:%Y-%m-%d %H:%M}"
