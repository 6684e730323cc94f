"""What was used, append-only: the database refuses changes."""

from django.db import models

from billing.enums import AttemptOutcome, Service, UsageState
from creators.models import Creator


class UsageEvent(models.Model):
    """One business action, metered once. ``action`` derives from the action, not from the attempt.

    ``occurred_at`` is the instant of its reservation: prices and allowances are of the same period.

    The five token counters are disjoint: uncached input, cache writes for 5 minutes and an hour, cache reads, output.
    ``units`` count what is no token: kilobyte-months of storage, millionths of a dollar of X, mails. ``source`` is the
    feature that used it: assistant, formation, embedding, storage, sync, mail.
    """

    source = models.CharField(max_length=40)
    action = models.CharField(max_length=120)
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, db_index=False, related_name="usage")
    service = models.CharField(max_length=20, choices=Service)
    model = models.CharField(max_length=80)
    input_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_5m_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_1h_tokens = models.PositiveBigIntegerField(default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    units = models.PositiveBigIntegerField(default=0, db_default=0)
    cost_micro_usd = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16, choices=UsageState, default=UsageState.METERED)
    provider_request_id = models.CharField(max_length=120, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "action"], name="usage_event_action_unique")]
        indexes = [
            models.Index(fields=["creator", "occurred_at"], name="usage_creator_idx"),
            models.Index(fields=["service", "occurred_at"], name="usage_service_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.action}"


class UsageAttempt(models.Model):
    """One call of a provider for a usage event, append-only; the event's counters are the sum of its attempts'."""

    event = models.ForeignKey(UsageEvent, on_delete=models.PROTECT, db_index=False, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    provider_request_id = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=12, choices=AttemptOutcome)
    input_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_5m_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_1h_tokens = models.PositiveBigIntegerField(default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="usage_attempt_number_unique")]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.event_id}"
