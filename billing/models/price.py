"""Prices, effective-dated and tiered by prompt length."""

from django.db import models

from billing.enums import Service


class PriceVersion(models.Model):
    """What a model costs from an instant on, in micro-dollars per million tokens, or per million units.

    A unit is what is no token: of storage a kilobyte-month (so that the price is that of a gigabyte-month), of X a
    millionth of a dollar, of mail a message.

    ``prompt_above`` is the tier: the price holds for prompts with more tokens than this, for the whole request.
    """

    service = models.CharField(max_length=20, choices=Service)
    model = models.CharField(max_length=80)
    effective_from = models.DateTimeField()
    prompt_above = models.PositiveIntegerField(default=0)
    input = models.PositiveBigIntegerField()
    output = models.PositiveBigIntegerField()
    cache_write_5m = models.PositiveBigIntegerField()
    cache_write_1h = models.PositiveBigIntegerField()
    cache_read = models.PositiveBigIntegerField()
    unit = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "model", "prompt_above", "effective_from"], name="price_version_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} from {self.effective_from:%Y-%m-%d}"
