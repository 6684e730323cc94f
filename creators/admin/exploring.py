"""What exploring and matching read, in the console; exclusivities are made and ended with a reason."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from creators.admin.brands import ReasonedForm
from creators.categories import CATEGORIES
from creators.models import CreatorBlock, Exclusivity, ExploreEntry, SavedList, SavedListEntry, WorkTerms
from creators.services.exploring.terms import end_exclusivity, insert_exclusivity
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin


@admin.register(ExploreEntry)
class ExploreEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "summary",
        "country",
        "language",
        "size",
        "is_available",
        "reach",
        "score",
        "active_at",
        "listed_at",
    )
    search_fields = ("=summary__creator__handle",)
    search_help_text = "A handle."
    ordering = ("-listed_at",)
    sortable_by = ()


@admin.register(WorkTerms)
class WorkTermsAdmin(ReadOnlyAdmin):
    list_display = ("creator", "is_available", "available_from", "least_fee_minor", "currency", "updated_at")
    list_select_related = ("creator",)
    list_filter = ("is_available", "currency")
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-updated_at",)
    sortable_by = ()


class ExclusivityForm(ReasonedForm):
    class Meta:
        model = Exclusivity
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_on = cleaned.get("starts_on") or self.instance.starts_on
        if starts_on and cleaned.get("ends_on") and cleaned["ends_on"] <= starts_on:
            self.add_error("ends_on", "Must be after it starts.")
        if cleaned.get("category", CATEGORIES[0]) not in CATEGORIES:
            self.add_error("category", f"Must be one of {', '.join(CATEGORIES)}.")
        return cleaned


@admin.register(Exclusivity)
class ExclusivityAdmin(ModelAdmin):
    """A binding is ended on another day, never removed: who was kept out of a match must stay known."""

    form = ExclusivityForm
    list_display = ("creator", "brand", "category", "starts_on", "ends_on")
    list_select_related = ("creator", "brand")
    list_filter = ("category",)
    search_fields = ("creator__handle", "brand__slug")
    autocomplete_fields = ("creator", "brand")
    ordering = ("-pk",)
    paginator = CappedPaginator
    show_full_result_count = False
    fields = ("creator", "brand", "category", "starts_on", "ends_on", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Exclusivity | None = None) -> tuple[str, ...]:
        return ("creator", "brand", "category", "starts_on") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Exclusivity | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Exclusivity, form: Any, change: Any) -> None:
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        if change:
            ends_on, stored = form.cleaned_data["ends_on"], Exclusivity.objects.get(pk=obj.pk)
            end_exclusivity(exclusivity=stored, ends_on=ends_on, acting_user=user, reason=reason, now=now)
        else:
            insert_exclusivity(exclusivity=obj, acting_user=user, reason=reason, now=now)


@admin.register(CreatorBlock)
class CreatorBlockAdmin(ReadOnlyAdmin):
    list_display = ("creator", "blocked", "created_at")
    list_select_related = ("creator", "blocked")
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(SavedList)
class SavedListAdmin(ReadOnlyAdmin):
    list_display = ("name", "brand", "creator", "created_by", "updated_at")
    list_select_related = ("brand", "creator", "created_by")
    search_fields = ("name",)
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(SavedListEntry)
class SavedListEntryAdmin(ReadOnlyAdmin):
    list_display = ("saved_list", "creator", "note", "added_by", "added_at")
    list_select_related = ("saved_list", "creator", "added_by")
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-pk",)
    sortable_by = ()
