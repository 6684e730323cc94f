"""What was answered to a request with an Idempotency-Key."""

from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """One key of one owner. Without ``response_status`` the request still runs, or its process died."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    lock_token = models.UUIDField()
    locked_at = models.DateTimeField()
    created_at = models.DateTimeField()
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_type = models.CharField(max_length=100, blank=True)
    response_body = models.BinaryField(default=b"")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="http_idempotency_owner_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="http_idempotency_created_idx")]

    def __str__(self) -> str:
        return f"{self.key} of {self.owner_id}"
