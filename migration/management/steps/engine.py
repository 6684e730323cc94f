"""The engine from a shell: status, relay, preflight, backfill, shadow reads, watch."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from migration.management.steps.step import Context, add_change, add_dataset, step
from migration.models import Dataset
from migration.queries.flags import list_flag_states
from migration.queries.status import DatasetStatus, OutboxStatus, get_outbox_status, list_dataset_statuses


def _add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of text")


@step("status", "flags, outbox, datasets", _add_json)
def show_status(context: Context) -> None:
    now = timezone.now()
    context.print(
        {
            "flags": {state.name: state.is_effective for state in list_flag_states()},
            "outbox": _describe_outbox(get_outbox_status(now=now)),
            "datasets": {one.dataset.name: _describe(one) for one in list_dataset_statuses(now=now)},
        }
    )


def _describe_outbox(outbox: OutboxStatus) -> dict[str, Any]:
    return {"depth": outbox.depth, "oldest_seconds": outbox.oldest_seconds, "quarantined": outbox.quarantined}


def _describe(status: DatasetStatus) -> dict[str, Any]:
    return {
        "stage": status.dataset.stage,
        "read_percent": status.dataset.read_percent,
        "outbox": status.outbox.depth,
        "copied": status.backfill.copied if status.backfill else None,
        "parity_percent": status.parity.percent if status.parity else None,
        "parity_state": status.parity.state if status.parity else None,
    }


@step("relay", "bring captured changes to MongoDB until stopped")
def run_relay(context: Context) -> None:
    from migration.services.relay_loop import RelayLoop  # drivers load only for the relay

    stops: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stops.append(received))
    loop = RelayLoop(should_stop=lambda: bool(stops))
    context.stdout.write("The relay runs; end it with Ctrl-C.")
    loop.run()
    context.stdout.write("The relay has stopped.")


@step("preflight", "find out whether a backfill could succeed", add_dataset)
def preflight(context: Context) -> None:
    from migration.services.preflight import run_preflight  # drivers load only for this step

    for name in context.names:
        found = run_preflight(dataset=Dataset.objects.get(name=name), now=timezone.now())
        report = {one["name"]: f"{'ok' if one['ok'] else 'FAILED'}: {one['detail']}" for one in found.findings}
        context.print({"dataset": name, "ok": found.is_ok, "findings": report})


@step("backfill", "copy datasets, or go on with a copy that was interrupted", add_change)
def backfill(context: Context) -> None:
    from migration.services.backfill import run_backfill  # drivers load only for this step

    for name in context.names:
        with context.show_progress(of=name) as bar:
            run = run_backfill(
                name=name,
                actor=context.actor,
                reason=context.options["reason"],
                clock=timezone.now,
                on_progress=lambda progress, bar=bar: bar.update(progress.copied - bar.n),  # type: ignore[misc]  # a default binds the loop's bar
            )
        context.print({"dataset": name, "copied": run.copied, "orphans": run.orphans, "refused": run.refused})
        if run.problem:
            raise CommandError(f"The copy of {name} does not agree: {run.problem} Start the backfill again.")


@step("shadow", "show how shadow reads agree, and how long both stores take", add_dataset)
def show_shadow(context: Context) -> None:
    from migration.queries.shadow import summarise_shadow  # only this step reads them

    for name in context.names:
        found = summarise_shadow(dataset=name)
        context.print({"dataset": name, "match": found.match, **vars(found)})


@step("watch", "look once whether a dataset must be rolled back, as the clock does")
def watch(context: Context) -> None:
    from migration.services.watch import watch_datasets  # only this step writes

    for done in watch_datasets(now=timezone.now()) or ["Nothing breaks a limit."]:
        context.stdout.write(done)
