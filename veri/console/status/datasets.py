"""The datasets as cards: how far each has come, what is wrong with it, and which steps may be taken."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from migration.enums import Flag, MismatchKind, ParityState, Stage
from migration.models import BackfillRun
from migration.queries.agreement import format_agreement
from migration.queries.flags import is_flag_on
from migration.queries.status import DatasetStatus, list_dataset_statuses
from migration.queries.steps import count_open_mismatches, explain_blocked_steps, is_backfill_alive
from veri.console.formats import format_age, format_count
from veri.console.rendering import explain_missing
from veri.platform.ops.models import AuditEntry

OPERATE = "migration.operate_dataset"
CUT_OVER = "migration.cut_over_dataset"
STEP_PERMISSIONS = {
    "backfill": OPERATE,
    "check_parity": OPERATE,
    "reconcile": OPERATE,
    "cut_over": CUT_OVER,
    "roll_back": CUT_OVER,
}
STEP_LABELS = {
    "backfill": "Backfill",
    "check_parity": "Check parity",
    "reconcile": "Reconcile",
    "cut_over": "Cut over",
    "roll_back": "Roll back",
}
PARITY_TONES = {
    ParityState.CLEAN: "good",
    ParityState.DIFFERENT: "bad",
    ParityState.FAILED: "bad",
    ParityState.EMPTY: "warn",
    ParityState.RUNNING: "info",
}
SHOWN_ENTRIES = 3


@dataclass(frozen=True, kw_only=True)
class StepButton:
    """A step's button; ``blocked`` says why it is disabled."""

    step: str
    label: str
    url: str
    blocked: str


@dataclass(frozen=True, kw_only=True)
class StageMark:
    label: str
    is_past: bool
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class BackfillView:
    """A backfill in words and, while it runs, in percent; the total is the planner's estimate."""

    sentence: str
    percent: float | None
    tone: str


@dataclass(frozen=True, kw_only=True)
class ParityView:
    agreement: str
    state: str
    tone: str
    when: str
    compared: str
    mismatched: int
    run_id: int
    error: str


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """Everything an operator decides by, for one dataset."""

    name: str
    label: str
    stage: str
    stage_tone: str
    stages: list[StageMark]
    reads_from: str
    outbox_depth: int
    outbox_lag: str
    quarantined: int
    backfill: BackfillView
    parity: ParityView | None
    mismatches: list[tuple[str, str, int]]
    buttons: list[StepButton]
    history: list[AuditEntry]


def list_dataset_cards(request: HttpRequest, *, now: datetime, with_steps: bool = True) -> list[DatasetCard]:
    """Return a card for every registered dataset; without steps the buttons and the history are left out."""
    return [_describe(request, status, now, with_steps=with_steps) for status in list_dataset_statuses(now=now)]


def list_step_buttons(request: HttpRequest, *, status: DatasetStatus, now: datetime) -> list[StepButton]:
    """Return the five steps; a missing permission is named before anything else."""
    blocks = explain_blocked_steps(status=status, now=now)
    return [
        StepButton(
            step=step,
            label=_label_step(step, status, now),
            url=reverse("admin:dataset_step", args=[status.dataset.name, step]),
            blocked=explain_missing(request, permission) or getattr(blocks, step),
        )
        for step, permission in STEP_PERMISSIONS.items()
    ]


def _label_step(step: str, status: DatasetStatus, now: datetime) -> str:
    is_open = status.backfill is not None and status.backfill.finished_at is None
    if step == "backfill" and is_open and not is_backfill_alive(run=status.backfill, now=now):
        return "Resume backfill"
    return STEP_LABELS[step]


def _describe(request: HttpRequest, status: DatasetStatus, now: datetime, *, with_steps: bool) -> DatasetCard:
    stage = Stage(status.dataset.stage)
    return DatasetCard(
        name=status.dataset.name,
        label=status.label,
        stage=stage.label,
        stage_tone=_choose_stage_tone(stage, status),
        stages=_mark_stages(stage),
        reads_from="MongoDB" if stage is Stage.CUTOVER and is_flag_on(Flag.READ_FROM_MONGO) else "PostgreSQL",
        outbox_depth=status.outbox.depth,
        outbox_lag=format_age(status.outbox.oldest_seconds) if status.outbox.depth else "nothing waits",
        quarantined=status.outbox.quarantined,
        backfill=_describe_backfill(status.backfill, now),
        parity=_describe_parity(status, now),
        mismatches=_list_mismatches(status),
        buttons=list_step_buttons(request, status=status, now=now) if with_steps else [],
        history=_list_history(status) if with_steps else [],
    )


def _choose_stage_tone(stage: Stage, status: DatasetStatus) -> str:
    if stage in (Stage.VERIFY, Stage.CUTOVER):  # a later check may have found differences
        is_clean = status.parity is not None and status.parity.state == ParityState.CLEAN
        return "good" if is_clean else "warn"
    return "quiet" if stage is Stage.OFF else "info"


def _mark_stages(current: Stage) -> list[StageMark]:
    order = list(Stage)
    reached = order.index(current)
    return [
        StageMark(label=stage.label, is_past=position < reached, is_current=position == reached)
        for position, stage in enumerate(order)
    ]


def _describe_backfill(run: BackfillRun | None, now: datetime) -> BackfillView:
    if run is None:
        return BackfillView(sentence="never", percent=None, tone="quiet")
    orphans = f", {run.orphans:,} orphans handed to the relay" if run.orphans else ""
    if run.finished_at:
        ago = format_age((now - run.finished_at).total_seconds())
        return BackfillView(sentence=f"{run.copied:,} rows, ended {ago} ago{orphans}", percent=None, tone="good")
    total = max(run.estimated_total, run.copied)
    percent = min(99.0, 100.0 * run.copied / total) if total else 0.0
    of = f" of {format_count(total, is_estimate=True)}" if run.estimated_total else ""
    sentence = f"{run.copied:,}{of} rows so far"
    if is_backfill_alive(run=run, now=now):
        return BackfillView(sentence=sentence + _estimate_rest(run, total), percent=percent, tone="info")
    silent = format_age((now - run.updated_at).total_seconds())
    return BackfillView(sentence=f"{sentence}, no progress for {silent}", percent=percent, tone="warn")


def _estimate_rest(run: BackfillRun, total: int) -> str:
    took = (run.updated_at - run.started_at).total_seconds()
    if not run.copied or took <= 0:
        return ""
    speed = run.copied / took
    return f", {speed:,.0f} rows/s, about {format_age((total - run.copied) / speed)} left"


def _describe_parity(status: DatasetStatus, now: datetime) -> ParityView | None:
    run = status.parity
    if run is None or run.finished_at is None:
        return None
    return ParityView(
        agreement=format_agreement(run),
        state=run.get_state_display(),
        tone=PARITY_TONES[ParityState(run.state)],
        when=f"{format_age((now - run.finished_at).total_seconds())} ago",
        compared=f"{run.compared:,}",
        mismatched=run.mismatched,
        run_id=run.pk,
        error=run.error,
    )


def _list_mismatches(status: DatasetStatus) -> list[tuple[str, str, int]]:
    if status.parity is None or not status.parity.mismatched:
        return []
    counts = count_open_mismatches(run=status.parity)
    return [(kind, MismatchKind(kind).label, count) for kind, count in counts.items()]


def _list_history(status: DatasetStatus) -> list[AuditEntry]:
    dataset = status.dataset
    rows = AuditEntry.objects.filter(target_type=dataset._meta.label_lower, target_id=str(dataset.pk))  # noqa: SLF001  Django's documented API
    return list(rows.order_by("-id")[:SHOWN_ENTRIES])
