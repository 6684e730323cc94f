"""Allowances: how much a scope may use in a period, and the reservations that hold parts of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from billing.enums import AllowanceUnit, ReservationState, Service
from creators.models import Creator


class Allowance(models.Model):
    """A budget or quota in one half-open period. ``scope`` is like ``budget:claude`` or ``quota:assistant:17``.

    ``recount_at`` is set where grants make the limit: it holds until then, when one of them begins or ends.
    """

    scope = models.CharField(max_length=80)
    unit = models.CharField(max_length=12, choices=AllowanceUnit)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    limit = models.PositiveBigIntegerField()
    is_set_by_staff = models.BooleanField(default=False)
    spent = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)
    recount_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "period_start"], name="allowance_scope_period_unique"),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="allowance_period_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} from {self.period_start:%Y-%m-%d}"


class Reservation(models.Model):
    """A part of the allowances held for one action until it is settled, released or expires."""

    source = models.CharField(max_length=40)
    action = models.CharField(max_length=120)
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+")
    service = models.CharField(max_length=20, choices=Service)
    model = models.CharField(max_length=80)
    amount_micro_usd = models.PositiveBigIntegerField()
    allowances = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=12, choices=ReservationState, default=ReservationState.HELD)
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "action"], name="reservation_action_unique")]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="held"), name="reservation_expiry_idx")]

    def __str__(self) -> str:
        return f"{self.source} {self.action}"
