"""What people say of themselves when they begin."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from creators.enums import CreatorStage


class Interest(models.Model):
    """Something people can choose; staff keep the list. One that is not active any longer stays where it was chosen."""

    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="interest_slug_unique")]

    def __str__(self) -> str:
        return self.name


class OnboardingAnswers(models.Model):
    """One user's answers: what he is building, at which stage, and what interests him (slugs)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="onboarding"
    )
    building = models.CharField(max_length=500, blank=True)
    stage = models.CharField(max_length=12, choices=CreatorStage, blank=True)
    interests = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    answered_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "onboarding answers"

    def __str__(self) -> str:
        return f"answers of {self.user_id}"
