"""Runs of decay, requests to forget, and what is not formed again: read-only; requests may be tried again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from memory.enums import DecayState, ForgetState
from memory.models import DecayRun, ForgetRequest, MemorySuppression
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

RUN_COLORS = {
    DecayState.RUNNING.label: "info",
    DecayState.DONE.label: "success",
    DecayState.STOPPED.label: "warning",
}
REQUEST_COLORS = {
    ForgetState.PENDING.label: "info",
    ForgetState.WAITING.label: "warning",
    ForgetState.DONE.label: "success",
}


@admin.register(DecayRun)
class DecayRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "started_at", "started_by", "state_label", "looked_at", "changed", "skipped", "finished_at")
    list_filter = ("state",)
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=RUN_COLORS)
    def state_label(self, run: DecayRun) -> str:
        return run.get_state_display()


@admin.register(ForgetRequest)
class ForgetRequestAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "scope", "state_label", "waits_for", "requested_by", "requested_at", "finished_at")
    list_select_related = ("creator",)
    list_filter = ("state", "scope")
    search_fields = ("=creator__handle",)
    search_help_text = "A creator's handle."
    ordering = ("-id",)
    sortable_by = ()
    actions = ("retry_selected",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Tell whether the action is offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("memory.change_forgetrequest"))

    @display(description="State", label=REQUEST_COLORS)
    def state_label(self, request: ForgetRequest) -> str:
        return request.get_state_display()

    @admin.action(description="Try again now", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[ForgetRequest]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="retry_selected",
                title="Try again to forget",
                submit="Try again",
                facts=[("Requests chosen", queryset.count())],
                consequences=["The steps that are left are taken now. What is done is not changed by doing it again."],
            )
        from memory.services.forgetting.requests import retry_forget_request  # services load only for the action

        chosen = list(queryset.order_by("pk").values_list("pk", flat=True))
        asked: dict[str, Any] = {"actor": request.user, "reason": form.cleaned_data["reason"]}
        done = sum(retry_forget_request(request_id=pk, now=timezone.now(), **asked) for pk in chosen)
        text = f"{done} are tried again, {len(chosen) - done} were done already."
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)
        return None


@admin.register(MemorySuppression)
class MemorySuppressionAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "through", "recorded_at")
    list_select_related = ("creator",)
    search_fields = ("=creator__handle",)
    search_help_text = "A creator's handle."
    ordering = ("-id",)
    sortable_by = ()
    fields = ("creator", "through", "recorded_at")
