"""The log of what creators allowed and withdrew."""

from django.conf import settings
from django.db import models

from creators.enums import ConsentPurpose, ConsentSource
from creators.models.creator import Creator


class ConsentRecord(models.Model):
    """One decision of a creator about one purpose; the latest of a purpose holds, none means no.

    Append-only by a trigger; rows go only with their creator, by the database's own cascade. ``actor_label`` says who
    decided, also when the account is gone.
    """

    creator = models.ForeignKey(Creator, on_delete=models.DO_NOTHING, db_index=False, related_name="consents")
    purpose = models.CharField(max_length=32, choices=ConsentPurpose)
    is_granted = models.BooleanField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_label = models.CharField(max_length=150)
    source = models.CharField(max_length=16, choices=ConsentSource)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["creator", "purpose", "-id"], name="consent_latest_idx")]

    def __str__(self) -> str:
        return f"{self.purpose}: {'granted' if self.is_granted else 'withdrawn'}"
