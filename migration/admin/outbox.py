"""The outbox: what waits for the relay, and the quarantine with its two actions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from migration.admin.reasons import ReasonForm, render_action_form
from migration.errors import MigrationError
from migration.models import OutboxRow
from migration.services.quarantine import QuarantineResult, purge_quarantined, retry_quarantined
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


class QuarantineFilter(admin.SimpleListFilter):
    title = "quarantine"
    parameter_name = "quarantined"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "In quarantine"), ("no", "Waiting for the relay")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[OutboxRow]) -> QuerySet[OutboxRow]:
        chosen = {"yes": False, "no": True}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(quarantined_at__isnull=chosen)


@admin.register(OutboxRow)
class OutboxRowAdmin(ReadOnlyAdmin):
    list_display = ("id", "dataset", "key", "operation", "version", "created_at", "quarantined_at", "error")
    list_filter = (QuarantineFilter, "dataset", "operation")
    search_fields = ("=key", "error")
    search_help_text = "A key, or words of the error."
    ordering = ("id",)
    sortable_by = ()
    actions = ("retry_selected", "purge_selected")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("migration.operate_dataset"))

    @admin.action(description="Retry: send through the relay again", permissions=["operate"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[OutboxRow]) -> HttpResponse | None:
        return self._confirm(
            request,
            queryset,
            retry_quarantined,
            action="retry_selected",
            title="Retry quarantined rows",
            consequences=[
                "The relay reads the current rows again and writes them to MongoDB.",
                "Rows MongoDB still refuses return here.",
            ],
            submit="Retry",
        )

    @admin.action(description="Purge: give up quarantined rows", permissions=["operate"])
    def purge_selected(self, request: HttpRequest, queryset: QuerySet[OutboxRow]) -> HttpResponse | None:
        return self._confirm(
            request,
            queryset,
            purge_quarantined,
            action="purge_selected",
            title="Purge quarantined rows",
            consequences=[
                "MongoDB keeps what it has; the next parity check reports these keys.",
                "Rows of a dataset that is read from MongoDB are skipped, and so are rows that are not in quarantine.",
            ],
            submit="Purge",
            is_dangerous=True,
        )

    def _confirm(
        self,
        request: HttpRequest,
        queryset: QuerySet[OutboxRow],
        service: Callable[..., QuarantineResult],
        *,
        action: str,
        submit: str,
        **texts: Any,
    ) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        keys = list(queryset.values_list("pk", flat=True))
        if not form.is_valid():
            facts = [("Rows chosen", len(keys))]
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action=action,
                submit=submit,
                facts=facts,
                **texts,
            )
        try:
            result = service(row_ids=keys, actor=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        except MigrationError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None
        level = messages.WARNING if result.skipped else messages.SUCCESS
        self.message_user(request, f"{submit}: {result.done} done, {result.skipped} skipped.", level)
        return None
