"""Choices of the billing app."""

from django.db import models


class Service(models.TextChoices):
    """What costs money, or would."""

    CLAUDE = "claude", "Claude"
    OPENAI = "openai", "OpenAI"
    VOYAGE = "voyage", "Voyage"
    MONGO = "mongo", "MongoDB"
    POSTGRES = "postgres", "PostgreSQL"
    X = "x", "X's API"
    MAIL = "mail", "E-mail"
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


class AttemptOutcome(models.TextChoices):
    ANSWERED = "answered", "Answered"
    REFUSED = "refused", "Refused by the provider"
    FAILED = "failed", "Failed before anything was counted"
    CUT = "cut", "Broken off"


class GrantSource(models.TextChoices):
    PLAN = "plan", "Plan"
    TOP_UP = "top_up", "Top-up"
    PROMO = "promo", "Promotion"
    STAFF = "staff", "Staff"
