"""Stored flags and rollout plans, to look at; the Flags page and the datasets' pages change them."""

from django.contrib import admin
from unfold.admin import TabularInline

from migration.models import FeatureFlag, RolloutPlan, RolloutStep
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(FeatureFlag)
class FeatureFlagAdmin(ReadOnlyAdmin):
    list_display = ("name", "is_on", "percent", "changed_by", "changed_at", "reason")
    list_filter = ("is_on",)
    search_fields = ("name", "reason", "changed_by")
    ordering = ("name",)


class RolloutStepInline(TabularInline):
    """A plan has a handful of steps."""

    model = RolloutStep
    fields = ("percent", "not_before", "reached_at", "guards")
    readonly_fields = fields
    ordering = ("percent",)
    extra = 0
    can_delete = False
    max_num = 0


@admin.register(RolloutPlan)
class RolloutPlanAdmin(ReadOnlyAdmin):
    list_display = ("id", "flag", "dataset", "created_by", "created_at", "finished_at", "held_because")
    list_select_related = ("dataset",)
    list_filter = ("flag", "dataset", ("finished_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
    inlines = (RolloutStepInline,)


@admin.register(RolloutStep)
class RolloutStepAdmin(ReadOnlyAdmin):
    list_display = ("plan", "percent", "not_before", "reached_at")
    list_select_related = ("plan__dataset",)
    list_filter = (("reached_at", admin.EmptyFieldListFilter),)
    ordering = ("-plan_id", "percent")
