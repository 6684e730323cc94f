"""``manage.py migration …``: everything the console does with the migration, from a shell."""

import getpass
import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from migration.enums import Flag, ParityState
from migration.errors import MigrationError
from migration.models import ParityRun
from migration.queries.flags import list_flag_states
from migration.queries.status import get_latest_parity, get_outbox_status, list_dataset_statuses
from migration.registry import iterate_specs


class Command(BaseCommand):
    help = "Steer the migration: status, flag, relay, backfill, parity, reconcile, cut-over, roll-back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        _add_status(steps)
        _add_flag(steps)
        _add_relay(steps)
        for name in ("backfill", "parity", "reconcile", "cut-over", "roll-back"):
            _add_dataset_step(steps, name)

    def handle(self, *_args: Any, **options: Any) -> None:
        steps: dict[str, Callable[[dict[str, Any]], None]] = {
            "status": self._show_status,
            "flag": self._set_flag,
            "relay": self._run_relay,
            "backfill": self._backfill,
            "parity": self._check_parity,
            "reconcile": self._reconcile,
            "cut-over": self._cut_over,
            "roll-back": self._roll_back,
        }
        from pymongo.errors import PyMongoError  # the driver loads only for this command

        try:
            steps[options["step"]](options)
        except MigrationError as refusal:
            raise CommandError(str(refusal)) from refusal
        except PyMongoError as error:
            raise CommandError(f"MongoDB is away ({type(error).__name__}); nothing is lost, try again.") from error

    def _show_status(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        outbox = get_outbox_status(now=now)
        report = {
            "flags": {state.name: state.is_effective for state in list_flag_states()},
            "outbox": {
                "depth": outbox.depth,
                "oldest_seconds": outbox.oldest_seconds,
                "quarantined": outbox.quarantined,
            },
            "datasets": {
                one.dataset.name: {
                    "stage": one.dataset.stage,
                    "outbox": one.outbox.depth,
                    "copied": one.backfill.copied if one.backfill else None,
                    "parity_percent": one.parity.percent if one.parity else None,
                    "parity_state": one.parity.state if one.parity else None,
                }
                for one in list_dataset_statuses(now=now)
            },
        }
        self._print(report, as_json=options["json"])

    def _set_flag(self, options: dict[str, Any]) -> None:
        from migration.services.flags import set_flag  # only this step writes

        state = set_flag(
            name=options["name"],
            is_on=options["value"] == "on",
            actor=_get_actor(),
            reason=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(f"{state.name} is {'on' if state.is_effective else 'off'}.")

    def _run_relay(self, options: dict[str, Any]) -> None:
        from migration.services.relay_loop import RelayLoop  # drivers load only for the relay

        stops: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: stops.append(received))
        loop = RelayLoop(should_stop=lambda: bool(stops))
        self.stdout.write("The relay runs; end it with Ctrl-C.")
        loop.run()
        self.stdout.write("The relay has stopped.")

    def _backfill(self, options: dict[str, Any]) -> None:
        from migration.services.backfill import run_backfill  # drivers load only for this step

        for name in _list_names(options):
            with tqdm(desc=name, unit=" rows", disable=options["json"] or not sys.stderr.isatty()) as bar:
                run = run_backfill(
                    name=name,
                    actor=_get_actor(),
                    reason=options["reason"],
                    clock=timezone.now,
                    on_progress=lambda progress, bar=bar: bar.update(progress.copied - bar.n),  # type: ignore[misc]  # a default binds the loop's bar
                )
            self._print({"dataset": name, "copied": run.copied, "orphans": run.orphans}, as_json=options["json"])

    def _check_parity(self, options: dict[str, Any]) -> None:
        from migration.services.parity import check_parity  # drivers load only for this step

        runs = [check_parity(name=name, clock=timezone.now, actor=_get_actor()) for name in _list_names(options)]
        for run in runs:
            self._print(_describe_run(run), as_json=options["json"])
        if any(run.state == ParityState.DIFFERENT for run in runs):
            raise CommandError("The stores differ; see the mismatches above, then reconcile.")

    def _reconcile(self, options: dict[str, Any]) -> None:
        from migration.services.reconcile import reconcile_run  # only this step writes

        for name in _list_names(options):
            run = get_latest_parity(name=name)
            if run is None:
                raise CommandError(f"{name} has no parity run: check parity first.")
            result = reconcile_run(
                run=run, actor=_get_actor(), reason=options["reason"], now=timezone.now(), dry_run=options["dry_run"]
            )
            self._print({"dataset": name, **vars(result)}, as_json=options["json"])

    def _cut_over(self, options: dict[str, Any]) -> None:
        from migration.services.datasets import cut_over_dataset  # only this step writes

        for name in _list_names(options):
            dataset = cut_over_dataset(name=name, actor=_get_actor(), reason=options["reason"], now=timezone.now())
            self._print({"dataset": name, "stage": dataset.stage}, as_json=options["json"])

    def _roll_back(self, options: dict[str, Any]) -> None:
        from migration.services.datasets import roll_back_dataset  # only this step writes

        for name in _list_names(options):
            dataset = roll_back_dataset(name=name, actor=_get_actor(), reason=options["reason"], now=timezone.now())
            self._print({"dataset": name, "stage": dataset.stage}, as_json=options["json"])

    def _print(self, report: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report))
            return
        for name, value in report.items():
            inner = value if isinstance(value, dict) else None
            self.stdout.write(f"{name}: {'' if inner is not None else value}")
            for key, detail in (inner or {}).items():
                self.stdout.write(f"  {key}: {detail}")


def _add_status(steps: Any) -> None:
    step = steps.add_parser("status", help="flags, outbox, datasets")
    step.add_argument("--json", action="store_true")


def _add_flag(steps: Any) -> None:
    step = steps.add_parser("flag", help="switch a flag on or off")
    step.add_argument("name", choices=Flag.values)
    step.add_argument("value", choices=["on", "off"])
    step.add_argument("--reason", required=True)


def _add_relay(steps: Any) -> None:
    steps.add_parser("relay", help="bring captured changes to MongoDB until stopped")


def _add_dataset_step(steps: Any, name: str) -> None:
    step = steps.add_parser(name)
    step.add_argument("dataset", nargs="?", choices=[spec.name for spec in iterate_specs()], help="default: all")
    step.add_argument("--json", action="store_true")
    if name != "parity":
        step.add_argument("--reason", required=True)
    if name == "reconcile":
        step.add_argument("--dry-run", action="store_true")


def _list_names(options: dict[str, Any]) -> list[str]:
    return [options["dataset"]] if options["dataset"] else [spec.name for spec in iterate_specs()]


def _get_actor() -> str:
    return f"shell:{getpass.getuser()}"


def _describe_run(run: ParityRun) -> dict[str, Any]:
    mismatches = run.mismatches.order_by("key").values_list("key", "kind", "fields")[:20]
    return {
        "dataset": run.dataset.name,
        "state": run.state,
        "compared": run.compared,
        "mismatched": run.mismatched,
        "percent": run.percent,
        "mismatches": {str(key): f"{kind} {', '.join(fields)}".strip() for key, kind, fields in mismatches},
    }
