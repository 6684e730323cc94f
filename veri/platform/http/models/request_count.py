"""How many requests a user makes a day."""

from django.conf import settings
from django.db import models


class RequestCount(models.Model):
    """A user's API requests of one UTC day, with those of his keys; counted in Redis, brought here each minute."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="request_counts"
    )
    day = models.DateField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="request_count_user_day_unique")]
        indexes = [models.Index(fields=["day"], name="request_count_day_idx")]

    def __str__(self) -> str:
        return f"{self.user} on {self.day}"
