"""What a step will do, said before it is taken. The token binds a confirmation to the plan that was shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from migration.enums import Flag, MismatchKind
from migration.models import ParityMismatch
from migration.queries.agreement import format_agreement
from migration.queries.flags import is_flag_on
from migration.queries.status import DatasetStatus
from migration.services.reconcile import reconcile_run
from veri.console.formats import format_count

SHOWN_KEYS = 50
Fact = tuple[str, object]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first keys a step touches, as a table."""

    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    consequences: list[str]
    facts: list[Fact] = field(default_factory=list)
    preview: Preview | None = None
    token: str = ""


def describe_plan(*, step: str, statuses: list[DatasetStatus]) -> Plan:
    """Return the plan of a step; reconcile's is a dry run of the service itself."""
    if step == "backfill":
        return _plan_backfill(statuses)
    if step == "check_parity":
        return _plan_parity(statuses)
    plans: dict[str, Callable[[DatasetStatus], Plan]] = {
        "reconcile": _plan_reconcile,
        "cut_over": _plan_cut_over,
        "roll_back": _plan_roll_back,
    }
    return plans[step](statuses[0])


def _plan_backfill(statuses: list[DatasetStatus]) -> Plan:
    return Plan(
        facts=[(status.label, status.dataset.get_stage_display()) for status in statuses],
        consequences=[
            "A worker copies every row to MongoDB in primary-key order, beside live writes; newer documents are kept.",
            "The dataset moves to Backfilling and, when all is copied, to Catching up. Reads stay where they are.",
            "A backfill that was interrupted goes on where it stopped.",
        ],
    )


def _plan_parity(statuses: list[DatasetStatus]) -> Plan:
    return Plan(
        facts=[(one.label, format_agreement(one.parity) if one.parity else "never checked") for one in statuses],
        consequences=[
            "A worker compares every key and every field of both stores and keeps what persistently differs.",
            "A clean check moves a dataset that is catching up to Verified. Nothing is repaired.",
        ],
    )


def _plan_reconcile(status: DatasetStatus) -> Plan:
    run = status.parity
    if run is None:
        return Plan(consequences=["Nothing: there is no parity check to go by."])
    dry = reconcile_run(run=run, actor="console", reason="dry run", now=timezone.now(), dry_run=True)
    found = ParityMismatch.objects.filter(run=run, repaired_at=None).order_by("key")[:SHOWN_KEYS]
    rows = [(str(one.key), one.get_kind_display(), ", ".join(one.fields), _say_repair(one)) for one in found]
    total = dry.rewritten + dry.removed + dry.gone
    return Plan(
        facts=[
            ("Parity check", f"run {run.pk}, {format_agreement(run)} agree"),
            ("Rewritten from PostgreSQL", format_count(dry.rewritten)),
            ("Removed from MongoDB", format_count(dry.removed)),
            ("Deleted since, removed as well", format_count(dry.gone)),
        ],
        consequences=[
            "Every key below gets a new version and goes through the outbox and the relay; PostgreSQL's content wins.",
            "Check parity again afterwards: that is the proof.",
        ],
        preview=Preview(
            caption=f"Dry run: {format_count(total)} keys"
            + (f", the first {SHOWN_KEYS}" if total > SHOWN_KEYS else ""),
            heads=("Key", "Mismatch", "Fields", "Repair"),
            rows=rows,
        ),
        token=f"{run.pk}:{total}",
    )


def _say_repair(mismatch: ParityMismatch) -> str:
    return "remove the document" if mismatch.kind == MismatchKind.EXTRA else "write the row again"


def _plan_cut_over(status: DatasetStatus) -> Plan:
    reads = is_flag_on(Flag.READ_FROM_MONGO)
    now = "Its reads go to MongoDB within a second." if reads else "Its reads move when READ_FROM_MONGO is switched on."
    return Plan(
        facts=[
            ("Parity", format_agreement(status.parity) if status.parity else "never checked"),
            ("Waiting in the outbox", format_count(status.outbox.depth)),
            ("In quarantine", format_count(status.outbox.quarantined)),
        ],
        consequences=[
            now,
            "Writes still commit to PostgreSQL first; a creator with a write under way is read from PostgreSQL.",
            "When MongoDB is away, reads fall back to PostgreSQL by themselves.",
        ],
        token=str(status.dataset.epoch),
    )


def _plan_roll_back(status: DatasetStatus) -> Plan:
    return Plan(
        consequences=[
            "Its reads return to PostgreSQL within a second. Nothing is copied: PostgreSQL has every write.",
            "The relay goes on, so that it may be cut over again.",
        ],
        token=str(status.dataset.epoch),
    )
