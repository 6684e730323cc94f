"""What the providers say a day cost, to compare with what was metered."""

from django.db import models

from billing.enums import Service


class ProviderCost(models.Model):
    """A line of a provider's cost report; a later import of the same line replaces it."""

    service = models.CharField(max_length=20, choices=Service)
    day = models.DateField()
    model = models.CharField(max_length=80)
    cost_micro_usd = models.PositiveBigIntegerField()
    imported_at = models.DateTimeField()
    is_alarmed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "day", "model"], name="provider_cost_line_unique")]

    def __str__(self) -> str:
        return f"{self.service} {self.model} {self.day}"
