"""Evaluations, judgements, learnt weights and nights of learning in the console: read-only, but weights are retired."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from memory.enums import EvaluationState, WeightsState
from memory.models import AnswerFeedback, EvaluationRun, LearningRun, RetrievalWeights
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

WEIGHTS_COLORS = {
    WeightsState.CANDIDATE.label: "info",
    WeightsState.PROMOTED.label: "success",
    WeightsState.REFUSED.label: "warning",
    WeightsState.RETIRED.label: "default",
}
RUN_COLORS = {
    EvaluationState.RUNNING.label: "info",
    EvaluationState.DONE.label: "success",
    EvaluationState.FAILED.label: "danger",
    EvaluationState.ABANDONED.label: "warning",
}


@admin.register(EvaluationRun)
class EvaluationRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "file_name", "store", "embedding_model", "parameters", "state_label", "started_at")
    list_filter = ("state", "store", "file_name")
    ordering = ("-id",)
    sortable_by = ()
    exclude = ("creator_ids",)

    @display(description="State", label=RUN_COLORS)
    def state_label(self, run: EvaluationRun) -> str:
        return run.get_state_display()


@admin.register(AnswerFeedback)
class AnswerFeedbackAdmin(ReadOnlyAdmin):
    list_display = ("id", "turn", "is_useful", "reason", "user", "recorded_at")
    list_select_related = ("turn", "user")
    list_filter = ("is_useful",)
    search_fields = ("=turn__id", "=user__username")
    search_help_text = "The id of a turn, or a user's name."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(LearningRun)
class LearningRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "creators", "questions", "recall_before", "recall_after", "promoted", "refused")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(RetrievalWeights)
class RetrievalWeightsAdmin(ReadOnlyAdmin):
    list_display = ("id", "owner", "state_label", "gains", "reason", "proposed_at", "decided_at")
    list_select_related = ("creator",)
    list_filter = ("state",)
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-id",)
    sortable_by = ()
    actions = ("retire_selected",)

    def has_retire_permission(self, request: HttpRequest) -> bool:
        """Tell whether the action is offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("memory.change_retrievalweights"))

    @admin.display(description="Of")
    def owner(self, weights: RetrievalWeights) -> str:
        return str(weights.creator) if weights.creator else "everybody"

    @display(description="State", label=WEIGHTS_COLORS)
    def state_label(self, weights: RetrievalWeights) -> str:
        return weights.get_state_display()

    @admin.action(description="Take out of force", permissions=["retire"])
    def retire_selected(self, request: HttpRequest, queryset: QuerySet[RetrievalWeights]) -> HttpResponse | None:
        """Ask for a reason, then retire each that is in force; say how many were."""
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            shown: dict[str, Any] = {"facts": [("Weights chosen", queryset.count())]}
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="retire_selected",
                title="Take weights out of force",
                submit="Take out of force",
                consequences=[
                    "Ranking uses everybody's weights again, or its constants, within two seconds.",
                    "The next night may learn weights anew from the same judgements.",
                ],
                **shown,
            )
        from memory.services.learning import retire_weights  # services load only for the action

        chosen = list(queryset.order_by("pk").values_list("pk", flat=True))
        asked = {"acting_user": request.user, "reason": form.cleaned_data["reason"]}
        done = sum(retire_weights(weights_id=pk, now=timezone.now(), **asked) for pk in chosen)
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, f"{done} taken out of force, {len(chosen) - done} were not in force.", level)
        return None
