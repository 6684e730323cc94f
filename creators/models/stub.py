"""Stubs: interactions whose words are gone and whose place stays."""

from django.db import models

from creators.enums import StubCause
from creators.models.interaction import Interaction


class InteractionStub(models.Model):
    """An interaction without its text, payload and attachments: ids and times stay, so that what rests on it resolves.

    Its platform's id stays too, so that the same event is not taken in again. ``digest`` is the SHA-256 of text and
    payload, by which a policy's purge can be proven; what somebody wanted forgotten has none, and no author or channel.
    """

    interaction = models.OneToOneField(Interaction, on_delete=models.CASCADE, primary_key=True, related_name="stub")
    cause = models.CharField(max_length=12, choices=StubCause)
    digest = models.CharField(max_length=64, blank=True)
    emptied_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"interaction {self.interaction_id}, {self.cause}"
