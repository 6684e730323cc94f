"""A dataset as it is now, read once for a page and all its buttons."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from migration.models import Dataset, ParityRun, RolloutPlan
from migration.queries.climb import NextStep, get_next_step
from migration.queries.parity_health import ParityHealth, find_running_pass, get_parity_health
from migration.queries.status import DatasetStatus, list_dataset_statuses
from migration.queries.steps import find_running_full_pass, is_backfill_alive, list_repairable_runs
from veri.platform.ops.health import get_readiness

GUARD_SECONDS, AWAY_SECONDS = 1.5, 0.1


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A dataset's status at an instant; what buttons and pages ask for beyond it is read when first wanted."""

    status: DatasetStatus
    now: datetime

    @property
    def dataset(self) -> Dataset:
        return self.status.dataset

    @cached_property
    def next_step(self) -> NextStep:
        with _limit_mongo():
            return get_next_step(dataset=self.dataset, now=self.now)

    @cached_property
    def running_pass(self) -> ParityRun | None:
        return find_running_pass(name=self.dataset.name, now=self.now)

    @cached_property
    def running_full_pass(self) -> ParityRun | None:
        return find_running_full_pass(dataset=self.dataset, now=self.now)

    @cached_property
    def health(self) -> ParityHealth:
        return get_parity_health(dataset=self.dataset, now=self.now)

    @cached_property
    def repairable_runs(self) -> list[ParityRun]:
        return list_repairable_runs(dataset=self.dataset)

    @cached_property
    def open_plan(self) -> RolloutPlan | None:
        return RolloutPlan.objects.filter(dataset=self.dataset, finished_at=None).prefetch_related("steps").first()

    @property
    def is_backfill_alive(self) -> bool:
        return is_backfill_alive(run=self.status.backfill, now=self.now)


def list_situations(*, now: datetime, dataset: str = "") -> list[Situation]:
    """Return every registered dataset, or the one that is named; none when there is no such dataset."""
    return [Situation(status=one, now=now) for one in list_dataset_statuses(now=now, name=dataset)]


@contextmanager
def _limit_mongo() -> Iterator[None]:
    """Bound what guards may wait for MongoDB: a page must be there when MongoDB is not."""
    import pymongo  # the driver loads only where guards are read

    is_there = all(store.ok for store in get_readiness().stores if store.name == "mongo")
    with pymongo.timeout(GUARD_SECONDS if is_there else AWAY_SECONDS):
        yield
