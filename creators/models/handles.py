"""Handles beside those in use: reserved words, holds, and handles that were given up."""

from django.conf import settings
from django.db import models

from creators.enums import ReservedKind
from creators.models.creator import Creator


class ReservedHandle(models.Model):
    """A word nobody may take as a handle, nor what looks like it."""

    key = models.CharField(max_length=120)
    word = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=ReservedKind)
    source = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="reserved_handle_key_unique")]

    def __str__(self) -> str:
        return self.word


class HandleHold(models.Model):
    """A handle kept for an account that makes up its mind; one an account."""

    key = models.CharField(max_length=120)
    handle = models.CharField(max_length=30)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="handle_hold_key_unique")]

    def __str__(self) -> str:
        return f"@{self.handle} until {self.expires_at:%H:%M}"


class FormerHandle(models.Model):
    """A handle that was given up: it leads to its creator, while he exists, and stays blocked for everybody else."""

    key = models.CharField(max_length=120)
    handle = models.CharField(max_length=30)
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, related_name="former_handles")
    released_at = models.DateTimeField()
    blocked_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="former_handle_key_unique")]
        indexes = [models.Index(fields=["handle"], name="former_handle_idx")]

    def __str__(self) -> str:
        return f"@{self.handle} until {self.blocked_until:%Y-%m-%d}"
