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


def list_dataset_statuses(*, now: datetime) -> list[DatasetStatus]:
    """Return every registered dataset in registration order."""
    datasets = {one.name: one for one in Dataset.objects.all()}
    return [
        DatasetStatus(
            label=spec.label,
            dataset=datasets[spec.name],
            outbox=get_outbox_status(now=now, dataset=spec.name),
            backfill=BackfillRun.objects.filter(dataset=datasets[spec.name]).order_by("-pk").first(),
            parity=get_latest_parity(name=spec.name),
        )
        for spec in iterate_specs()
        if spec.name in datasets
    ]


def get_latest_parity(*, name: str) -> ParityRun | None:
    """Return the latest finished full deep pass since the latest backfill: of what MongoDB holds now."""
    passes = ParityRun.objects.filter(dataset__name=name, tier=ParityTier.DEEP, mode=ParityMode.FULL)
    finished = passes.exclude(finished_at=None)
    backfill = BackfillRun.objects.filter(dataset__name=name).order_by("-pk").first()
    if backfill is None or Dataset.objects.filter(name=name, stage__in=[Stage.OFF, Stage.CAPTURE]).exists():
        return None
    finished = finished.filter(started_at__gte=backfill.started_at)
    return finished.select_related("dataset").order_by("-pk").first()
