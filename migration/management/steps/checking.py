"""Verification and repair from a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from migration.enums import ParityState
from migration.management.steps.step import Context, add_change, add_dataset, step
from migration.models import ParityRun
from migration.queries.status import get_latest_parity

SHOWN = 20


@step("parity", "compare every key and field of datasets", add_dataset)
def check(context: Context) -> None:
    from migration.services.verification import check_parity  # drivers load only for this step

    runs = [check_parity(name=name, clock=timezone.now, actor=context.actor) for name in context.names]
    for run in runs:
        context.print(_describe_run(run))
    if any(run.state == ParityState.DIFFERENT for run in runs):
        raise CommandError("The stores differ; see the mismatches above, then reconcile.")


def _describe_run(run: ParityRun) -> dict[str, Any]:
    mismatches = run.mismatches.order_by("key").values_list("key", "kind", "fields")[:SHOWN]
    return {
        "dataset": run.dataset.name,
        "state": run.state,
        "compared": run.compared,
        "mismatched": run.mismatched,
        "percent": run.percent,
        "mismatches": {str(key): f"{kind} {', '.join(fields)}".strip() for key, kind, fields in mismatches},
    }


def _add_reconcile(parser: ArgumentParser) -> None:
    add_change(parser)
    parser.add_argument("--dry-run", action="store_true")


@step("reconcile", "send what differs through the relay again", _add_reconcile)
def reconcile(context: Context) -> None:
    from migration.services.reconcile import reconcile_run  # only this step writes

    options = context.options
    for name in context.names:
        run = get_latest_parity(name=name)
        if run is None:
            raise CommandError(f"{name} has no parity run: check parity first.")
        result = reconcile_run(
            run=run, actor=context.actor, reason=options["reason"], now=timezone.now(), dry_run=options["dry_run"]
        )
        context.print({"dataset": name, **vars(result)})
