"""What was told about budgets, and the switch that stops spending."""

from django.db import models

from billing.enums import Service

EVERYTHING = "everything"


class BudgetNotice(models.Model):
    """A share of a budget was reached, told once in its period."""

    scope = models.CharField(max_length=80)
    period_start = models.DateTimeField()
    percent = models.PositiveSmallIntegerField()
    noticed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "period_start", "percent"], name="budget_notice_once_unique")
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.scope}"


class SpendingSpike(models.Model):
    """A minute in which a service cost far more than in the hour before it."""

    service = models.CharField(max_length=20, choices=Service)
    minute = models.DateTimeField()
    cost_micro_usd = models.PositiveBigIntegerField()
    median_micro_usd = models.PositiveBigIntegerField()
    score = models.FloatField()
    noticed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "minute"], name="spending_spike_minute_unique")]

    def __str__(self) -> str:
        return f"{self.service} at {self.minute:%Y-%m-%d %H:%M}"


class SpendingStop(models.Model):
    """Staff stopped what costs money: ``everything``, or one service. Its row stays when it is lifted."""

    scope = models.CharField(max_length=20, choices=[(EVERYTHING, "Everything"), *Service.choices])
    is_stopped = models.BooleanField()
    reason = models.CharField(max_length=500)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope"], name="spending_stop_scope_unique")]

    def __str__(self) -> str:
        return f"{self.scope}: {'stopped' if self.is_stopped else 'running'}"
