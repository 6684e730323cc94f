"""Choices of the billing app."""

from django.db import models


class Service(models.TextChoices):
    """What costs money, or would."""

    CLAUDE = "claude", "Claude"
    OPENAI = "openai", "OpenAI"
    VOYAGE = "voyage", "Voyage"
    MONGO = "mongo", "MongoDB"
    EXTRACTIVE = "extractive", "Extractive answers"


class ReservationState(models.TextChoices):
    HELD = "held", "Held"
    SETTLED = "settled", "Settled"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Expired, charged as estimated"


class UsageState(models.TextChoices):
    METERED = "metered", "Metered"
    UNRECONCILED = "unreconciled", "Estimated, not reconciled"


class AllowanceUnit(models.TextChoices):
    MICRO_USD = "micro_usd", "Micro-dollars"
    REQUESTS = "requests", "Requests"
