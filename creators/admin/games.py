"""Points, streaks, boards and achievements in the console: read-only, but for what fraud made."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from creators.models import (
    Achievement,
    FreezeEntry,
    PointEntry,
    Season,
    SeasonResult,
    SeasonTotal,
    Streak,
    StreakDay,
    ZoneChange,
)
from creators.services.games.streaks import grant_freeze
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


class _OfCreatorAdmin(ReadOnlyAdmin):
    list_select_related: Any = ("creator",)
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering: Any = ("-pk",)
    sortable_by = ()


@admin.register(PointEntry)
class PointEntryAdmin(_OfCreatorAdmin):
    list_display = ("id", "creator", "points", "cause_kind", "cause_id", "season", "recorded_at")
    list_select_related = ("creator", "season")
    list_filter = ("cause_kind",)


@admin.register(Season)
class SeasonAdmin(ReadOnlyAdmin):
    list_display = ("name", "starts_at", "ends_at", "state", "closed_at")
    ordering = ("-starts_at",)
    sortable_by = ()


@admin.register(SeasonTotal)
class SeasonTotalAdmin(_OfCreatorAdmin):
    list_display = ("creator", "season", "points", "category", "is_shown", "reached_at")
    list_select_related = ("creator", "season")
    list_filter = ("season", "is_shown")
    ordering = ("-season", "-points", "reached_at")


@admin.register(SeasonResult)
class SeasonResultAdmin(_OfCreatorAdmin):
    list_display = ("rank", "creator", "season", "points", "category", "category_rank")
    list_select_related = ("creator", "season")
    list_filter = ("season",)
    ordering = ("-season", "rank", "reached_at")


@admin.register(Streak)
class StreakAdmin(_OfCreatorAdmin):
    list_display = ("creator", "length", "longest", "last_day", "freezes", "computed_at")
    actions = ("grant",)

    def has_grant_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("creators.change_streak"))

    @admin.action(description="Grant a freeze", permissions=["grant"])
    def grant(self, request: HttpRequest, queryset: QuerySet[Streak]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            rows = queryset.values_list("creator__handle", "length", "last_day", "freezes")
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="grant",
                title="Grant a freeze",
                submit="Grant",
                preview={"caption": "Chosen", "heads": ["Creator", "Length", "Last day", "Held"], "rows": list(rows)},
                consequences=["It bridges a day missed from today on; nobody holds more than two, or gets two a day."],
            )
        user: Any = request.user
        chosen = list(queryset.select_related("creator").order_by("pk"))
        for streak in chosen:
            grant_freeze(
                creator=streak.creator, acting_user=user, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        self.message_user(request, f"{len(chosen)} granted.", messages.SUCCESS)
        return None


@admin.register(StreakDay)
class StreakDayAdmin(_OfCreatorAdmin):
    list_display = ("creator", "day", "state", "occurred_at", "recorded_at")
    list_filter = ("state",)


@admin.register(FreezeEntry)
class FreezeEntryAdmin(_OfCreatorAdmin):
    list_display = ("creator", "kind", "day", "reason", "recorded_at")
    list_filter = ("kind",)


@admin.register(ZoneChange)
class ZoneChangeAdmin(_OfCreatorAdmin):
    list_display = ("creator", "zone_from", "zone_to", "changed_at", "effective_at")


@admin.register(Achievement)
class AchievementAdmin(_OfCreatorAdmin):
    list_display = ("creator", "code", "tier", "rule_version", "awarded_at", "revoked_at", "revoked_reason")
    list_filter = ("code", "tier")
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("creators.change_achievement"))

    @admin.action(description="Revoke for fraud", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Achievement]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            rows = queryset.values_list("creator__handle", "code", "tier", "awarded_at")
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="revoke",
                title="Revoke achievements",
                submit="Revoke",
                preview={"caption": "Chosen", "heads": ["Creator", "Code", "Tier", "Awarded"], "rows": list(rows)},
                consequences=["Their points are taken back, and they are never awarded again."],
            )
        from creators.services.games.achievements import revoke_achievement  # services load only for the action

        user: Any = request.user
        chosen, done = list(queryset.order_by("pk").values_list("pk", flat=True)), 0
        for pk in chosen:
            try:
                revoke_achievement(
                    achievement_id=pk, acting_user=user, reason=form.cleaned_data["reason"], now=timezone.now()
                )
            except Achievement.DoesNotExist:
                continue
            done += 1
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, f"{done} revoked, {len(chosen) - done} were revoked already.", level)
        return None
