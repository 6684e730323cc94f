"""The datasets as cards: how far each has come, what is wrong with it, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from migration.enums import COPIED_STAGES
from migration.queries.guards import GuardReading
from veri.console.formats import format_age
from veri.console.status.backfills import BackfillView, describe_copy
from veri.console.status.ladder import HEALTH_TONES, StageMark, choose_stage_tone, mark_ladder, say_reads, say_stage
from veri.console.status.parity import ParityView, describe_pass
from veri.console.steps.registry import find_main_button
from veri.console.steps.situation import Situation, list_situations
from veri.console.steps.step import Button


@dataclass(frozen=True, kw_only=True)
class NextView:
    """The next step: where to, and the first thing in its way."""

    target: str
    obstacle: str
    held: int
    total: int


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """What the overview tells of one dataset."""

    name: str
    label: str
    url: str
    stage: str
    stage_tone: str
    stages: list[StageMark]
    reads_from: str
    outbox_depth: int
    outbox_lag: str
    quarantined: int
    backfill: BackfillView
    parity: ParityView | None
    health: str
    health_tone: str
    next: NextView | None
    main: Button | None


def list_dataset_cards(*, user: Any, now: datetime, with_steps: bool = True) -> list[DatasetCard]:
    """Return a card for every registered dataset; without steps no guard is read."""
    return [describe_card(one, user=user, with_steps=with_steps) for one in list_situations(now=now)]


def describe_card(at: Situation, *, user: Any, with_steps: bool) -> DatasetCard:
    status = at.status
    return DatasetCard(
        name=at.dataset.name,
        label=status.label,
        url=reverse("admin:dataset_page", args=[at.dataset.name]),
        stage=say_stage(at.dataset),
        stage_tone=choose_stage_tone(at.dataset, at.health),
        stages=mark_ladder(at.dataset),
        reads_from=say_reads(at.dataset),
        outbox_depth=status.outbox.depth,
        outbox_lag=format_age(status.outbox.oldest_seconds) if status.outbox.depth else "nothing waits",
        quarantined=status.outbox.quarantined,
        backfill=describe_copy(status.backfill, dataset=at.dataset, now=at.now),
        parity=describe_pass(status.parity, now=at.now) if status.parity else None,
        health=at.health.sentence,
        health_tone=HEALTH_TONES[at.health.colour] if at.dataset.reached in COPIED_STAGES else "quiet",
        next=describe_next(at) if with_steps else None,
        main=find_main_button(at=at, user=user) if with_steps else None,
    )


def describe_next(at: Situation) -> NextView | None:
    """Return the next step in words; None at the end of the ladder and while paused."""
    step = at.next_step
    if step.target is None:
        return None
    held = sum(one.is_ok for one in step.readings)
    obstacle = next((say_obstacle(one) for one in step.readings if not one.is_ok), "")
    return NextView(target=step.target.label, obstacle=obstacle, held=held, total=len(step.readings))


def say_obstacle(reading: GuardReading) -> str:
    """Return what a guard found and what to do about it."""
    found = reading.finding
    return f"{reading.guard.label}? {found.value}; wanted {found.threshold}. {found.remedy}"
