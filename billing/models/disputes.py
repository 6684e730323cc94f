"""Disputes, and what both sides say of each other afterwards."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from billing.campaign_enums import CollaborationState, DisputeState, Side
from billing.models.campaigns import Collaboration

MOST_STARS = 5


class Dispute(models.Model):
    """A disagreement staff decide; what is held stays where it is until then."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, related_name="disputes")
    side = models.CharField(max_length=8, choices=Side)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField()
    came_from = models.CharField(max_length=20, choices=CollaborationState)
    state = models.CharField(max_length=10, choices=DisputeState, default=DisputeState.OPEN)
    released_minor = models.BigIntegerField(null=True)
    refunded_minor = models.BigIntegerField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collaboration"], condition=Q(state="open"), name="dispute_open_unique")
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}, {self.state}"


class DisputeStatement(models.Model):
    """What one side says in a dispute, as evidence."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="statements")
    side = models.CharField(max_length=8, choices=Side)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"statement of the {self.side} in dispute {self.dispute_id}"


class Rating(models.Model):
    """What one side says of the other; seen when both have rated, or after two weeks."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, db_index=False, related_name="ratings")
    side = models.CharField(max_length=8, choices=Side)
    stars = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_STARS)])
    text = models.CharField(max_length=2_000, blank=True)
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "side"], name="rating_side_unique"),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=MOST_STARS), name="rating_stars_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.stars} of the {self.side}"
