"""What staff sees of the migration: outbox, datasets, latest parity."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from migration.enums import ParityMode, ParityTier, Stage
from migration.models import BackfillRun, Dataset, OutboxRow, ParityRun
from migration.registry import iterate_specs


@dataclass(frozen=True, kw_only=True)
class OutboxStatus:
    """Rows waiting, seconds the oldest has waited, rows in quarantine."""

    depth: int
    oldest_seconds: float
    quarantined: int


@dataclass(frozen=True, kw_only=True)
class DatasetStatus:
    """One dataset: its route row, its outbox, its latest backfill and finished parity run."""

    label: str
    dataset: Dataset
    outbox: OutboxStatus
    backfill: BackfillRun | None
    parity: ParityRun | None


def get_outbox_status(*, now: datetime, dataset: str = "") -> OutboxStatus:
    """Return the outbox of one dataset, or of all."""
    rows = OutboxRow.objects.filter(dataset=dataset) if dataset else OutboxRow.objects.all()
    live = Q(quarantined_at=None)
    found = rows.aggregate(
        depth=Count("pk", filter=live),
        oldest=Min("created_at", filter=live),
        quarantined=Count("pk", filter=~live),
    )
    waited = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    return OutboxStatus(depth=found["depth"], oldest_seconds=max(0.0, waited), quarantined=found["quarantined"])


def list_dataset_statuses(*, now: datetime, name: str = "") -> list[DatasetStatus]:
    """Return every registered dataset in registration order, or the one that is named."""
    labels = {spec.name: spec.label for spec in iterate_specs() if name in ("", spec.name)}
    datasets = {one.name: one for one in Dataset.objects.filter(name__in=labels)}
    return [_read_status(datasets[one], label, now) for one, label in labels.items() if one in datasets]


def get_latest_parity(*, name: str) -> ParityRun | None:
    """Return the latest finished full deep pass since the latest backfill: of what MongoDB holds now."""
    dataset = Dataset.objects.filter(name=name).first()
    return _find_parity(dataset, _find_backfill(dataset)) if dataset else None


def _read_status(dataset: Dataset, label: str, now: datetime) -> DatasetStatus:
    backfill = _find_backfill(dataset)
    return DatasetStatus(
        label=label,
        dataset=dataset,
        outbox=get_outbox_status(now=now, dataset=dataset.name),
        backfill=backfill,
        parity=_find_parity(dataset, backfill),
    )


def _find_backfill(dataset: Dataset) -> BackfillRun | None:
    return BackfillRun.objects.filter(dataset=dataset).order_by("-pk").first()


def _find_parity(dataset: Dataset, backfill: BackfillRun | None) -> ParityRun | None:
    if backfill is None or dataset.stage in {Stage.OFF, Stage.CAPTURE}:
        return None
    passes = ParityRun.objects.filter(dataset=dataset, tier=ParityTier.DEEP, mode=ParityMode.FULL)
    finished = passes.filter(started_at__gte=backfill.started_at).exclude(finished_at=None)
    return finished.select_related("dataset").order_by("-pk").first()
