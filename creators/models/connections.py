"""What a connection stands on: the tokens, the tickets by which one is made."""

from django.conf import settings
from django.db import models

from creators.enums import ConnectOutcome, Platform
from creators.models.creator import Creator, PlatformConnection
from veri.platform.secrets.fields import EncryptedTextField


class ConnectionToken(models.Model):
    """A connection's tokens, encrypted. Its row lock is what makes refreshing happen once; see ADR 22.

    Lifetimes are the platform's own; empty means it named none. ``retry_at`` holds a refresh back after a failure
    that may pass; ``last_error`` is a word of ours, never the platform's answer.
    """

    connection = models.OneToOneField(
        PlatformConnection, on_delete=models.CASCADE, primary_key=True, related_name="token"
    )
    access = EncryptedTextField()
    refresh = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField()
    validated_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"tokens of connection {self.connection_id}"


class ConnectTicket(models.Model):
    """One attempt to connect an account: opened once in a browser, finished once by the platform's answer.

    Hashes stand for the address and the state. ``session`` is what the flow needs again at the end (PKCE's verifier).
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    platform = models.CharField(max_length=16, choices=Platform)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    return_to = models.CharField(max_length=500)
    address_hash = models.CharField(max_length=64)
    state_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001  unique where there is one
    browser_hash = models.CharField(max_length=64, blank=True)
    session = EncryptedTextField(blank=True)
    outcome = models.CharField(max_length=16, choices=ConnectOutcome, blank=True)
    connection = models.ForeignKey(PlatformConnection, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash"], name="connect_ticket_address_unique"),
            models.UniqueConstraint(fields=["state_hash"], name="connect_ticket_state_unique"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="connect_ticket_expiry_idx")]

    def __str__(self) -> str:
        return f"{self.platform} for creator {self.creator_id}"
