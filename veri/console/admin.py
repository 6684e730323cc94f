"""Libraries' models in the console's own dress. Their modules are imported first, so that ours replace theirs."""

from typing import Any

from axes import admin as axes_admin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat import admin as beat_admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from knox import admin as knox_admin
from knox.models import AuthToken
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from veri.platform.ops.admin.read_only import ReadOnlyAdmin

REPLACED = (
    (axes_admin, (AccessAttempt, AccessFailureLog, AccessLog)),
    (beat_admin, (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule)),
    (knox_admin, (AuthToken,)),
)
for _module, _models in REPLACED:
    admin.site.unregister(_models)


class TaskSelectWidget(UnfoldAdminSelectWidget, beat_admin.TaskSelectWidget):
    """The known tasks, in the theme's dress."""


class PeriodicTaskForm(beat_admin.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelectWidget()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(beat_admin.PeriodicTaskAdmin, ModelAdmin):
    form = PeriodicTaskForm
    list_display = ("name", "enabled", "scheduler", "task", "queue", "last_run_at")
    list_filter = ("enabled", "queue")
    date_hierarchy = None
    actions = ("enable_tasks", "disable_tasks")  # running one needs the broker and answers with an error page without
    show_full_result_count = False
    change_form_template = "admin/change_form.html"  # the library's has an inline script, which the policy refuses


class ScheduleAdmin(ModelAdmin):
    """Times tasks refer to."""

    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: deleting a schedule deletes every task that refers to it."""
        return False


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ScheduleAdmin):
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(ScheduleAdmin):
    list_display = ("__str__", "minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")


@admin.register(SolarSchedule)
class SolarScheduleAdmin(ScheduleAdmin):
    list_display = ("event", "latitude", "longitude")


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(ScheduleAdmin):
    list_display = ("clocked_time",)


@admin.register(AuthToken)
class AuthTokenAdmin(ReadOnlyAdmin):
    """Tokens people signed in with: made by signing in, ended here by deleting them."""

    list_display = ("token_key", "user", "created", "expiry")
    list_select_related = ("user",)
    list_filter = ("expiry",)
    search_fields = ("=token_key", "=user__username")
    fields = ("token_key", "user", "created", "expiry")
    ordering = ("-created",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("knox.delete_authtoken"))


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Failed sign-ins that still count; deleting one lets the person try again."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "user_agent")
    search_fields = ("=username", "=ip_address")
    fields = ("attempt_time", "username", "ip_address", "failures_since_start", "user_agent", "path_info")
    ordering = ("-attempt_time",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("axes.delete_accessattempt"))


@admin.register(AccessLog, AccessFailureLog)
class AccessLogAdmin(ReadOnlyAdmin):
    list_display = ("attempt_time", "username", "ip_address", "user_agent")
    search_fields = ("=username", "=ip_address")
    fields = ("attempt_time", "username", "ip_address", "user_agent", "path_info")
    ordering = ("-attempt_time",)
