"""Brands and the people who act for them."""

from django.conf import settings
from django.core.validators import RegexValidator, URLValidator
from django.db import models

from creators.enums import BrandRole

validate_slug = RegexValidator(r"\A[a-z0-9][a-z0-9-]{1,48}[a-z0-9]\Z", "Use 3 to 50 of a-z, 0-9 and hyphens.")


class Brand(models.Model):
    """A company that looks for creators. Staff make it; tokens and API keys of its members act for it."""

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=50, validators=[validate_slug])
    description = models.TextField(blank=True)
    website = models.CharField(max_length=200, blank=True, validators=[URLValidator(schemes=["https", "http"])])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="brand_slug_unique")]

    def __str__(self) -> str:
        return self.name


class BrandMember(models.Model):
    """A user's part in a brand; a former member is kept and may do nothing."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, db_index=False, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="brand_memberships")
    role = models.CharField(max_length=16, choices=BrandRole, default=BrandRole.MEMBER)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "user"], name="brand_member_unique")]

    def __str__(self) -> str:
        return f"{self.user} of {self.brand}"
