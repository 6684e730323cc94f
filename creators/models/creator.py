"""Creators and their platform connections."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models

from creators.enums import ConnectionState, ConsentState, CreatorRole, Platform
from creators.handle_keys import compute_key
from migration.models.versioned import VersionedModel

validate_handle = RegexValidator(r"\A[a-z0-9_.]{3,30}\Z", "Use 3 to 30 of a-z, 0-9, underscore and dot.")


class HandleKeyField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """The key of ``handle`` (see ``creators.handle_keys``), written with it unless one is given."""

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Stand in migrations as the plain column it is."""
        name, _, args, kwargs = super().deconstruct()
        return str(name), "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  Django's signature
        given = str(getattr(model_instance, self.attname))
        key = given or compute_key(str(getattr(model_instance, "handle", "")))
        setattr(model_instance, self.attname, key)
        return key


def default_roles() -> list[str]:
    return [CreatorRole.CREATOR.value]


class Creator(VersionedModel):
    """A person or brand whose interactions become memory. Captured as dataset ``creator_profiles``."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="creators"
    )
    handle = models.CharField(max_length=30, validators=[validate_handle])
    handle_key = HandleKeyField(max_length=120, blank=True, editable=False)
    handle_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    display_name = models.CharField(max_length=120, blank=True)
    bio = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=8, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=CreatorRole), default=default_roles)
    consent_state = models.CharField(max_length=20, choices=ConsentState, default=ConsentState.PENDING)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handle"], name="creator_handle_unique"),
            models.UniqueConstraint(fields=["handle_key"], name="creator_handle_key_unique"),
        ]
        indexes = [models.Index(fields=["owner", "id"], name="creator_owner_idx")]

    def __str__(self) -> str:
        return f"@{self.handle}"


class PlatformConnection(models.Model):
    """A creator's link to one account on one platform, keyed by the platform's immutable account id."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="connections")
    platform = models.CharField(max_length=16, choices=Platform)
    account_id = models.CharField(max_length=128)
    account_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=ConnectionState, default=ConnectionState.PENDING)
    scopes = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    missing_scopes = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    union_id = models.CharField(max_length=128, blank=True)
    state_reason = models.CharField(max_length=40, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "account_id"], name="connection_platform_account_unique")
        ]
        indexes = [models.Index(fields=["creator", "platform"], name="connection_creator_idx")]

    def __str__(self) -> str:
        return f"{self.platform}: {self.account_name or self.account_id}"
