"""What people said and did about what they were shown, and the taste it tells of."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField

from creators.models import Brand
from memory.enums import FeedbackAction, FeedbackTarget

ONE_OF_BOTH = Q(user__isnull=False, brand__isnull=True) | Q(user__isnull=True, brand__isnull=False)


class Feedback(models.Model):
    """One view, like, rating, save or completion; append-only. ``brand`` is whom the user acted for, if anybody.

    ``rating`` is 1 to 5, ``completion`` the share that was watched or read, 0 to 1.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, related_name="+")
    target_kind = models.CharField(max_length=12, choices=FeedbackTarget)
    target_id = models.BigIntegerField()
    action = models.CharField(max_length=12, choices=FeedbackAction)
    rating = models.PositiveSmallIntegerField(null=True)
    completion = models.FloatField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="feedback_rating_range"
            ),
            models.CheckConstraint(
                condition=Q(completion__isnull=True) | Q(completion__range=(0, 1)), name="feedback_completion_range"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="feedback_user_idx"),
            models.Index(fields=["target_kind", "target_id"], name="feedback_target_idx"),
        ]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{self.action} of {self.target_kind} {self.target_id}"


class PreferenceProfile(models.Model):
    """The taste of a user, or of a brand whichever member acts.

    ``embedding`` is an exponential moving average of unit vectors of the named model; ``seen`` holds the last fifty
    targets as ``[kind, id]``, the latest last. Written under its row's lock.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, related_name="+")
    model = models.CharField(max_length=60, blank=True)
    model_version = models.CharField(max_length=20, blank=True)
    embedding = HalfVectorField(null=True)
    moved = models.PositiveIntegerField(default=0)
    seen = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_OF_BOTH, name="profile_of_user_or_brand"),
            models.UniqueConstraint(fields=["user"], name="profile_user_unique"),
            models.UniqueConstraint(fields=["brand"], name="profile_brand_unique"),
        ]

    def __str__(self) -> str:
        return f"taste of {self.brand or self.user}"
