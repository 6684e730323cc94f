"""Interests, kept by staff, and what people answered."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from creators.models import Interest, OnboardingAnswers
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(Interest)
class InterestAdmin(ModelAdmin):
    """A plain list; retired by a switch, since answers name them."""

    list_display = ("name", "slug", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "slug")
    ordering = ("position", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Interest | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Interest | None = None) -> bool:
        return False


@admin.register(OnboardingAnswers)
class OnboardingAnswersAdmin(ReadOnlyAdmin):
    list_display = ("user", "stage", "interests", "answered_at", "completed_at")
    list_select_related = ("user",)
    list_filter = ("stage",)
    search_fields = ("=user__username",)
    ordering = ("-answered_at",)
