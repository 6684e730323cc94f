"""Stages from a shell: look at guards, promote, pause, resume, roll back, start, stop, throttle."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from migration.enums import Stage
from migration.management.steps.step import Context, add_change, add_dataset, step
from migration.models import Dataset
from migration.queries.climb import get_next_step


@step("guards", "show the next step of each dataset, with its guards", add_dataset)
def show_guards(context: Context) -> None:
    for name in context.names:
        found = get_next_step(dataset=Dataset.objects.get(name=name), now=timezone.now())
        report: dict[str, Any] = {"dataset": name, "next": found.target.value if found.target else None}
        context.print(report | {"guards": {one.guard.value: str(one) for one in found.readings}})


def _add_promote(parser: ArgumentParser) -> None:
    add_change(parser)
    parser.add_argument("--to", choices=Stage.values, help="refuse unless this is the next stage")
    parser.add_argument("--force", action="store_true", help="although a guard does not hold; is written down")
    parser.add_argument("--dry-run", action="store_true", help="only show the guards")


@step("promote", "move datasets one stage up when every guard holds", _add_promote)
def promote(context: Context) -> None:
    from migration.services.stages import promote_dataset  # only this step writes

    if context.options["dry_run"]:
        show_guards(context)
        return
    target = Stage(context.options["to"]) if context.options["to"] else None
    _move(context, promote_dataset, target=target, is_forced=context.options["force"])


@step("pause", "set datasets aside; reads come from PostgreSQL, capture and relay go on", add_change)
def pause(context: Context) -> None:
    from migration.services.stages import pause_dataset  # only this step writes

    _move(context, pause_dataset)


@step("resume", "return paused datasets to their stage", add_change)
def resume(context: Context) -> None:
    from migration.services.stages import resume_dataset  # only this step writes

    _move(context, resume_dataset)


@step("roll-back", "return the reads of datasets to PostgreSQL at once", add_change)
def roll_back(context: Context) -> None:
    from migration.services.stages import roll_back_dataset  # only this step writes

    _move(context, roll_back_dataset)


@step("start", "begin to capture datasets that are off", add_change)
def start(context: Context) -> None:
    from migration.services.stages import start_dataset  # only this step writes

    _move(context, start_dataset)


@step("stop", "return datasets to off; a new start needs a new backfill", add_change)
def stop(context: Context) -> None:
    from migration.services.stages import stop_dataset  # only this step writes

    _move(context, stop_dataset)


def _add_throttle(parser: ArgumentParser) -> None:
    add_change(parser)
    parser.add_argument("--rows-per-second", type=int, required=True, help="0 lifts the limit")


@step("throttle", "limit backfill and verification of datasets", _add_throttle)
def throttle(context: Context) -> None:
    from migration.services.stages import throttle_dataset  # only this step writes

    _move(context, throttle_dataset, rows_per_second=context.options["rows_per_second"])


def _move(context: Context, service: Callable[..., Dataset], **values: Any) -> None:
    for name in context.names:
        moved = service(name=name, actor=context.actor, reason=context.options["reason"], now=timezone.now(), **values)
        context.print({"dataset": name, "stage": moved.stage, "epoch": moved.epoch})
