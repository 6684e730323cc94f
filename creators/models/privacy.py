"""Requests of people about what is kept of them, legal holds, and who was erased."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from creators.enums import PrivacyKind, PrivacySource, PrivacyState
from creators.models.creator import Creator
from veri.platform.secrets.fields import EncryptedTextField


class PrivacyRequest(models.Model):
    """An export or an erasure, of a user with his creators or of one creator.

    ``user`` and ``creator`` empty with the rows; ``user_key`` and ``creator_keys`` are their ids, which lead nowhere
    then. ``steps`` holds what each step found, ``evidence`` what the last sweep saw, ``held`` what a legal hold kept.
    ``sealed`` keeps what must not be found any longer, encrypted, until nothing is found.
    """

    kind = models.CharField(max_length=8, choices=PrivacyKind)
    state = models.CharField(max_length=10, choices=PrivacyState, default=PrivacyState.PENDING)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, related_name="+")
    user_key = models.BigIntegerField(null=True, blank=True)
    creator_keys = ArrayField(models.BigIntegerField(), default=list)
    is_whole_account = models.BooleanField(default=False)
    source = models.CharField(max_length=8, choices=PrivacySource)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    steps: Any = models.JSONField(default=dict)
    evidence: Any = models.JSONField(default=dict)
    held: Any = models.JSONField(default=list)
    waits_for = models.CharField(max_length=300, blank=True)
    sealed = EncryptedTextField(blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    file_name = models.CharField(max_length=80, blank=True)
    file_size = models.BigIntegerField(default=0)
    file_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=~models.Q(state=PrivacyState.DONE),
                name="privacy_request_due_idx",
            ),
            models.Index(fields=["user_key", "-id"], name="privacy_request_user_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class LegalHold(models.Model):
    """What must not be deleted of a person, and why. Without ``models`` everything is held."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, related_name="+")
    user_key = models.BigIntegerField(null=True, blank=True)
    creator_key = models.BigIntegerField(null=True, blank=True)
    held_models = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    reason = models.CharField(max_length=500)
    until = models.DateTimeField()
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"hold until {self.until:%Y-%m-%d}"


class ErasedSubject(models.Model):
    """A keyed hash of somebody who was erased, by which he is known again in a backup that is put back."""

    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="erased_subject_unique")]

    def __str__(self) -> str:
        return f"erased {self.erased_at:%Y-%m-%d}"
