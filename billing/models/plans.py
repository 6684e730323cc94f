"""Plans and who subscribes to them. A version never changes; a subscription moves from one to another."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from billing.models.payments import PaymentIntent
from billing.payment_enums import ChargeKind, Provider, SubscriptionState
from creators.enums import Currency
from creators.models import Brand, Creator

LIVE = ("pending", "trial", "active", "past_due")


class Plan(models.Model):
    """Something people subscribe to; what it costs and gives is in its versions."""

    code = models.SlugField(max_length=40, db_index=False)
    name = models.CharField(max_length=80)
    is_public = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="plan_code_unique")]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """What a plan costs a month and gives. ``quotas`` are units by feature; the price includes the tax."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.PositiveIntegerField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, choices=Currency)
    tax_basis_points = models.PositiveIntegerField(default=0)
    trial_days = models.PositiveIntegerField(default=0)
    quotas = models.JSONField(default=dict)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_unique"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="plan_version_price"),
            models.CheckConstraint(condition=Q(tax_basis_points__lt=10_000), name="plan_version_tax"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"


class Subscription(models.Model):
    """A creator's or a brand's subscription. Its periods follow ``anchor_at``'s day and time in ``timezone``."""

    reference = models.UUIDField(default=uuid4, editable=False)
    idempotency_key = models.UUIDField(default=uuid4, editable=False)
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    next_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=SubscriptionState)
    timezone = models.CharField(max_length=64, default="UTC")
    anchor_at = models.DateTimeField()
    cancels_at_end = models.BooleanField(default=False)
    provider = models.CharField(max_length=14, choices=Provider)
    provider_subscription_id = models.CharField(max_length=120, blank=True)
    consent_url = models.CharField(max_length=1000, blank=True)
    dunning_steps = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="subscription_reference_unique"),
            models.UniqueConstraint(
                fields=["creator"], condition=Q(state__in=LIVE), name="subscription_creator_live_unique"
            ),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(state__in=LIVE), name="subscription_brand_live_unique"
            ),
            models.CheckConstraint(condition=Q(creator=None) | Q(brand=None), name="subscription_one_owner"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state__in=LIVE), name="subscription_due_idx")]

    def __str__(self) -> str:
        return f"Subscription {self.reference}"


class SubscriptionPeriod(models.Model):
    """A half-open span of a subscription. Number 0 is the trial."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, db_index=False, related_name="periods")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="subscription_period_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="subscription_period_forward"),
        ]

    def __str__(self) -> str:
        return f"Period {self.number}"


class SubscriptionCharge(models.Model):
    """What an intent charges of a subscription: a period, or the difference of an upgrade within one."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="charges")
    period = models.ForeignKey(SubscriptionPeriod, on_delete=models.PROTECT, db_index=False, related_name="charges")
    intent = models.OneToOneField(PaymentIntent, on_delete=models.PROTECT, related_name="charge")
    kind = models.CharField(max_length=8, choices=ChargeKind)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "kind", "version"], name="subscription_charge_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
