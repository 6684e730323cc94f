"""What a creator delivers: one milestone each, its submissions and the proof that it was published."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from billing.campaign_enums import DeliverableFormat, DeliverableState, SubmissionDecision, UsageChannel
from billing.models.campaigns import Collaboration
from creators.enums import Platform
from creators.models import Brand, ContentItem, Creator


class Deliverable(models.Model):
    """One thing to make, with its share of the fee: shares sum to it. ``due_at`` is the end of its local day."""

    collaboration = models.ForeignKey(
        Collaboration, on_delete=models.PROTECT, db_index=False, related_name="deliverables"
    )
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    platform = models.CharField(max_length=16, choices=Platform)
    format = models.CharField(max_length=8, choices=DeliverableFormat)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    share_minor = models.BigIntegerField()
    state = models.CharField(max_length=20, choices=DeliverableState, default=DeliverableState.PLANNED)
    rounds_used = models.PositiveSmallIntegerField(default=0)
    review_due_at = models.DateTimeField(null=True)
    release_due_at = models.DateTimeField(null=True)
    content = models.ForeignKey(ContentItem, on_delete=models.SET_NULL, null=True, related_name="+")
    published_url = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    late_noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "position"], name="deliverable_position_unique"),
            models.CheckConstraint(condition=Q(share_minor__gte=0), name="deliverable_share_positive"),
        ]
        indexes = [
            models.Index(fields=["review_due_at"], condition=Q(state="submitted"), name="deliverable_review_idx"),
            models.Index(fields=["release_due_at"], condition=Q(state="verified"), name="deliverable_release_idx"),
            models.Index(fields=["next_check_at"], condition=Q(state="published"), name="deliverable_check_idx"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["planned", "changes_requested"], late_noted_at__isnull=True),
                name="deliverable_due_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Submission(models.Model):
    """A version handed in, and what the brand said of it. ``sha256`` is of a file kept elsewhere."""

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, db_index=False, related_name="submissions")
    version = models.PositiveIntegerField()
    url = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=SubmissionDecision, default=SubmissionDecision.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_automatic = models.BooleanField(default=False)
    notes = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "version"], name="submission_version_unique"),
            models.UniqueConstraint(
                fields=["deliverable"], condition=Q(decision="waiting"), name="submission_waiting_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version} of deliverable {self.deliverable_id}"


class PublicationProof(models.Model):
    """What was found when a publication was looked at: the content, its figures then, how it was disclosed."""

    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="proofs")
    url = models.CharField(max_length=500, blank=True)
    content = models.ForeignKey(ContentItem, on_delete=models.SET_NULL, null=True, related_name="+")
    figures = models.JSONField(default=dict, blank=True)
    figures_at = models.DateTimeField(null=True)
    disclosures = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    failures = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    is_verified = models.BooleanField(default=False)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"proof {self.pk} of deliverable {self.deliverable_id}"


class UsageRight(models.Model):
    """Who may use a deliverable, where, from the first day up to, without, the end."""

    deliverable = models.OneToOneField(Deliverable, on_delete=models.PROTECT, related_name="usage_right")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, db_index=False, related_name="+")
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, related_name="+")
    channels = ArrayField(models.CharField(max_length=16, choices=UsageChannel), default=list)
    territory = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="usage_right_period_order")
        ]
        indexes = [models.Index(fields=["brand", "ends_on"], name="usage_right_brand_idx")]

    def __str__(self) -> str:
        return f"rights in deliverable {self.deliverable_id} until {self.ends_on}"
