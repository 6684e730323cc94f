"""Signals: facts extracted from one interaction."""

from django.db import models

from creators.models import Creator, Interaction
from memory.enums import SignalKind


class Signal(models.Model):
    """One fact of one interaction.

    ``number`` is -1 to 1 for sentiment, 0 to 1 for quality, minor units for amounts, a count for metrics. ``detail`` is
    a statement as a language model made it, or a transcript: a replay reads it and asks nobody.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, db_index=False, related_name="signals")
    kind = models.CharField(max_length=16, choices=SignalKind)
    value = models.CharField(max_length=200)
    number = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    extractor = models.CharField(max_length=80)
    detail = models.JSONField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interaction", "kind", "value"], name="signal_interaction_value_unique")
        ]
        indexes = [models.Index(fields=["creator", "kind", "value"], name="signal_creator_value_idx")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"
