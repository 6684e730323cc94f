"""Keys for machines: hashed, scoped, replaceable with an overlap."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ApiKey(models.Model):
    """One key. The secret is never stored: ``secret_hash`` is its SHA-256, enough for 256 random bits."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=50), default=list)
    rate_limit = models.CharField(max_length=20, blank=True, help_text="count/seconds; empty uses the plan's limit")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    rotated_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replacements"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = "API key"
        constraints = [
            models.UniqueConstraint(fields=["prefix"], name="http_api_key_prefix_unique"),
            models.CheckConstraint(
                condition=models.Q(rate_limit="") | models.Q(rate_limit__regex=r"^[1-9][0-9]{0,8}/[1-9][0-9]{0,5}$"),
                name="http_api_key_rate_limit_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_usable(self, *, now: datetime) -> bool:
        """Tell whether the key opens anything at ``now``: a revocation may lie in the future (rotation)."""
        return (self.expires_at is None or now < self.expires_at) and (self.revoked_at is None or now < self.revoked_at)
