"""Tasks made by staff, and the desk where submissions are reviewed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from creators.admin.brands import ReasonedForm
from creators.enums import SubmissionState
from creators.errors import InvalidTask, ReviewNotAllowed, SubmissionAlreadyReviewed
from creators.models import Task, TaskSubmission
from creators.services.games.tasks import apply_task_changes, insert_task, review_submission
from creators.task_rules import check_task
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin

_STATE_COLORS = {
    SubmissionState.WAITING.label: "warning",
    SubmissionState.APPROVED.label: "success",
    SubmissionState.REFUSED.label: "danger",
}


class TaskForm(ReasonedForm):
    class Meta:
        model = Task
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        opens_at, closes_at = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", "Must be after it opens.")
        given = {"rule_kind", "rule", "audience"} <= cleaned.keys()
        if not given:
            return cleaned
        cleaned["rule"], cleaned["audience"] = cleaned["rule"] or {}, cleaned["audience"] or {}
        try:
            check_task(rule_kind=cleaned["rule_kind"], rule=cleaned["rule"], audience=cleaned["audience"])
        except InvalidTask as error:
            for name, reasons in error.problems.items():
                self.add_error(name, [forms.ValidationError(reason) for reason in reasons])
        return cleaned


@admin.register(Task)
class TaskAdmin(ModelAdmin):
    """Tasks are made and changed with a reason; one that was paid is closed, never removed."""

    form = TaskForm
    list_display = ("title", "code", "rule_kind", "points", "repeat", "opens_at", "closes_at", "is_active")
    list_filter = ("rule_kind", "repeat", "is_active")
    search_fields = ("code", "title")
    ordering = ("-pk",)
    paginator = CappedPaginator
    show_full_result_count = False
    fields = (
        *("code", "title", "description", "rule_kind", "rule", "points", "repeat", "audience", "opens_at", "closes_at"),
        *("is_active", "reason", "rule_version"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Task | None = None) -> tuple[str, ...]:
        return ("code", "rule_version") if obj else ("rule_version",)

    def has_delete_permission(self, request: HttpRequest, obj: Task | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: Any) -> None:
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        if not change:
            insert_task(task=obj, acting_user=user, now=now, reason=reason)
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
        apply_task_changes(task=obj, acting_user=user, now=now, reason=reason, **fields)


@admin.register(TaskSubmission)
class TaskSubmissionAdmin(ReadOnlyAdmin):
    list_display = ("id", "task", "creator", "period", "state_label", "submitted_at", "reviewer_label", "reason")
    list_select_related = ("task", "creator")
    list_filter = ("state", "task__rule_kind")
    search_fields = ("=creator__handle", "=task__code")
    search_help_text = "A handle or a task's code."
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("task", "creator", "period", "state", "rule_version", "link", "note", "evidence", "submitted_at"),
        *("reviewer_label", "reviewed_at", "reason"),
    )
    actions = ("approve", "refuse")

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("creators.change_tasksubmission"))

    @admin.action(description="Approve", permissions=["review"])
    def approve(self, request: HttpRequest, queryset: QuerySet[TaskSubmission]) -> HttpResponse | None:
        return self._review(request, queryset, is_approved=True)

    @admin.action(description="Refuse", permissions=["review"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[TaskSubmission]) -> HttpResponse | None:
        return self._review(request, queryset, is_approved=False)

    @display(description="State", label=_STATE_COLORS)
    def state_label(self, submission: TaskSubmission) -> str:
        return submission.get_state_display()

    def _review(
        self, request: HttpRequest, rows: QuerySet[TaskSubmission], *, is_approved: bool
    ) -> HttpResponse | None:
        """Ask for a reason, then decide on each that waits still; say which others were first, and on what."""
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        word = "Approve" if is_approved else "Refuse"
        if not form.is_valid():
            shown = rows.values_list("task__title", "creator__handle", "link", "note", "state")
            consequence = "Their points are paid at once." if is_approved else "They may be handed in again."
            return render_action_form(
                admin=self,
                request=request,
                rows=rows,
                form=form,
                action=word.lower(),
                title=f"{word} submissions",
                submit=word,
                preview={
                    "caption": "Chosen",
                    "heads": ["Task", "Creator", "Link", "Note", "State"],
                    "rows": list(shown),
                },
                consequences=[consequence],
            )
        done, told = _decide(rows, form.cleaned_data["reason"], request.user, is_approved=is_approved)
        if done:
            self.message_user(request, f"{done} decided.", messages.SUCCESS)
        for text in told:
            self.message_user(request, text, messages.WARNING)
        return None


def _decide(rows: QuerySet[TaskSubmission], reason: str, user: Any, *, is_approved: bool) -> tuple[int, list[str]]:
    done, told = 0, []
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        try:
            review_submission(
                submission_id=pk, is_approved=is_approved, acting_user=user, reason=reason, now=timezone.now()
            )
        except (SubmissionAlreadyReviewed, ReviewNotAllowed) as refusal:
            told.append(f"Submission {pk}: {refusal}")
            continue
        done += 1
    return done, told
