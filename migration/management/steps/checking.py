"""Verification and repair from a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from migration.enums import ParityMode, ParityState, ParityTier
from migration.management.steps.step import Context, add_change, add_dataset, step
from migration.models import Dataset, ParityRun
from migration.queries.parity_health import get_parity_health
from migration.queries.status import get_latest_parity

SHOWN = 20


def _add_parity(parser: ArgumentParser) -> None:
    add_dataset(parser)
    parser.add_argument("--tier", choices=ParityTier.values, default=ParityTier.DEEP.value)
    parser.add_argument("--mode", choices=ParityMode.values, default=ParityMode.FULL.value)
    parser.add_argument("--creator", type=int, help="with --mode scope: the creator's id")


@step("parity", "compare datasets in both stores", _add_parity)
def check(context: Context) -> None:
    options = context.options
    if (options["mode"] == ParityMode.SCOPE) != (options["creator"] is not None):
        raise CommandError("--mode scope and --creator belong together.")
    runs = [_check_one(context, name) for name in context.names]
    for run in runs:
        context.print(_describe_run(run))
    if any(run.state == ParityState.DIFFERENT for run in runs):
        raise CommandError("The stores differ; see the mismatches above, then reconcile.")


def _check_one(context: Context, name: str) -> ParityRun:
    from migration.services.verification import check_parity  # drivers load only for this step

    with context.show_progress(of=name, unit=" keys") as bar:
        return check_parity(
            name=name,
            clock=timezone.now,
            actor=context.actor,
            tier=ParityTier(context.options["tier"]),
            mode=ParityMode(context.options["mode"]),
            scope=context.options["creator"],
            on_progress=lambda compared: bar.update(compared - bar.n),
        )


def _describe_run(run: ParityRun) -> dict[str, Any]:
    mismatches = run.mismatches.order_by("pk")[:SHOWN]
    return {
        "dataset": run.dataset.name,
        "tier": run.tier,
        "mode": run.mode,
        "state": run.state,
        "compared": run.compared,
        "mismatched": run.mismatched,
        "suspended": run.suspended,
        "percent": run.percent,
        "mismatches": {one.name: f"{one.kind} {', '.join(one.fields)}".strip() for one in mismatches},
    }


@step("health", "say how far the agreement of each dataset is proven", add_dataset)
def show_health(context: Context) -> None:
    for name in context.names:
        health = get_parity_health(dataset=Dataset.objects.get(name=name), now=timezone.now())
        context.print({"dataset": name, "colour": str(health.colour), "because": health.sentence})


def _add_reconcile(parser: ArgumentParser) -> None:
    add_change(parser)
    parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
    parser.add_argument("--keys", type=int, nargs="+", help="only these rows")
    parser.add_argument("--creator", type=int, help="only rows of this creator, by id")


@step("reconcile", "send what differs through the relay again", _add_reconcile)
def reconcile(context: Context) -> None:
    from migration.services.reconcile import reconcile as repair  # only this step writes

    options = context.options
    for name in context.names:
        run = get_latest_parity(name=name)
        if run is None:
            raise CommandError(f"{name} has no parity run: check parity first.")
        found = repair(
            run=run,
            actor=context.actor,
            reason=options["reason"],
            now=timezone.now(),
            keys=options["keys"],
            scope=options["creator"],
            dry_run=options["dry_run"],
        )
        changes = {one.name: f"{one.action} ({one.kind} {', '.join(one.fields)})" for one in found.changes[:SHOWN]}
        context.print({"dataset": name, **vars(found.counts), "changes": changes})


def _add_quarantine(parser: ArgumentParser) -> None:
    parser.add_argument("rows", type=int, nargs="+", help="outbox rows, by id")
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


@step("retry-quarantined", "send quarantined outbox rows through the relay again", _add_quarantine)
def retry(context: Context) -> None:
    from migration.services.quarantine import retry_quarantined  # only this step writes

    options = context.options
    result = retry_quarantined(
        row_ids=options["rows"], actor=context.actor, reason=options["reason"], now=timezone.now()
    )
    context.print(vars(result))


@step("purge-quarantined", "give quarantined outbox rows up", _add_quarantine)
def purge(context: Context) -> None:
    from migration.services.quarantine import purge_quarantined  # only this step writes

    options = context.options
    result = purge_quarantined(
        row_ids=options["rows"], actor=context.actor, reason=options["reason"], now=timezone.now()
    )
    context.print(vars(result))
