"""Repair chosen mismatches, or look at them again: each asks first and is done by a worker."""

from collections import defaultdict
from typing import Any

from celery import Task
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from migration.admin.queueing import enqueue_step
from migration.admin.reasons import ReasonForm, render_action_form
from migration.models import ParityMismatch

Rows = QuerySet[ParityMismatch]


def ask_repair(admin: ModelAdmin[Any], request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Show exactly what would be repaired, then hand it to a worker."""
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        from migration.tasks import repair_task  # the drivers load only for this action

        _enqueue(admin, request, rows, repair_task, form)
        return None
    from migration.admin.repair_preview import CONSEQUENCES  # same

    return render_action_form(
        admin=admin,
        request=request,
        rows=rows,
        form=form,
        action="repair_selected",
        title="Repair mismatches",
        submit="Repair",
        facts=[("Mismatches chosen", rows.count())],
        preview=_preview(rows),
        consequences=CONSEQUENCES,
    )


def ask_verify(admin: ModelAdmin[Any], request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Ask for a reason, then let a worker compare the chosen keys in both stores."""
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        from migration.tasks import verify_keys_task  # the drivers load only for this action

        _enqueue(admin, request, rows, verify_keys_task, form)
        return None
    return render_action_form(
        admin=admin,
        request=request,
        rows=rows,
        form=form,
        action="verify_selected",
        title="Verify mismatches again",
        submit="Verify again",
        facts=[("Mismatches chosen", rows.count())],
        consequences=["A worker compares these keys in both stores; those that agree by now are marked resolved."],
    )


def _preview(rows: Rows) -> dict[str, Any]:
    """Return a dry run of the service as the confirmation's table."""
    from migration.admin.repair_preview import HEADS, build_caption, list_repair_rows  # the drivers load only here
    from migration.services.reconcile import reconcile  # same

    chosen = {one.pk: one for one in rows.select_related("run__dataset")}
    now = timezone.now()
    found = [
        reconcile(run=run, actor="console", reason="dry run", now=now, ids=list(chosen), dry_run=True)
        for run in {one.run_id: one.run for one in chosen.values()}.values()
    ]
    changes = [change for one in found for change in one.changes]
    empty = "Nothing: they were sent for repair, or are right, already."
    return {"caption": build_caption(len(changes)), "heads": HEADS, "rows": list_repair_rows(changes), "empty": empty}


def _enqueue(admin: ModelAdmin[Any], request: HttpRequest, rows: Rows, task: Task, form: ReasonForm) -> None:
    """Queue the work of each dataset apart; say what became of it."""
    runs, ids = defaultdict[str, set[int]](set), defaultdict[str, list[int]](list)
    for pk, run, name in rows.values_list("pk", "run_id", "run__dataset__name"):
        runs[name].add(run)
        ids[name].append(pk)
    for name, chosen in ids.items():
        work = {"dataset": name, "runs": sorted(runs[name]), "ids": chosen}
        asked = {"actor_id": request.user.pk, "reason": form.cleaned_data["reason"]}
        queued = enqueue_step(task, now=timezone.now(), **work, **asked)
        level = messages.SUCCESS if queued.is_done else messages.ERROR
        admin.message_user(request, f"{name}, {len(chosen)} mismatches: {queued.text}", level)
