"""Guards about what users meet: reads of MongoDB that fail or are slow, writes it refuses."""

from datetime import datetime, timedelta

from django.conf import settings

from migration.enums import Guard, Measure
from migration.models import Dataset
from migration.queries.guards.readings import Finding, checks
from migration.queries.minutes import count_measure, get_percentile_ms

MONGO_READS = (Measure.READ_MONGO, Measure.READ_FAILED)


@checks(Guard.READS)
def check_reads(dataset: Dataset, now: datetime) -> Finding:
    """Too few reads prove nothing, and hold nothing up."""
    limits = settings.MIGRATION
    since = now - timedelta(seconds=limits.rollback_window_seconds)
    total, failed = count_reads(dataset=dataset, since=since)
    wanted = f"at most {limits.rollback_error_share:.0%} fail, p95 at most {limits.rollback_p95_ms:g} ms"
    if total < limits.rollback_least_reads:
        return Finding(is_ok=True, value=f"{total} reads, too few to judge", threshold=wanted)
    p95 = get_percentile_ms(dataset=dataset.name, measures=MONGO_READS, since=since, share=0.95) or 0
    is_ok = failed <= limits.rollback_error_share * total and p95 <= limits.rollback_p95_ms
    value = f"{failed} of {total} failed, p95 {p95} ms"
    return Finding(is_ok=is_ok, value=value, threshold=wanted, remedy="Roll back; then look at MongoDB.")


def count_reads(*, dataset: Dataset, since: datetime) -> tuple[int, int]:
    """Return how many reads went to MongoDB, and how many of them failed."""
    failed = count_measure(dataset=dataset.name, measure=Measure.READ_FAILED, since=since)
    return failed + count_measure(dataset=dataset.name, measure=Measure.READ_MONGO, since=since), failed


@checks(Guard.WRITES)
def check_writes(dataset: Dataset, now: datetime) -> Finding:
    limits = settings.MIGRATION
    since = now - timedelta(seconds=limits.rollback_window_seconds)
    written = count_measure(dataset=dataset.name, measure=Measure.RELAY_WRITTEN, since=since)
    refused = count_measure(dataset=dataset.name, measure=Measure.RELAY_REFUSED, since=since)
    is_ok = refused <= limits.rollback_write_failure_share * (written + refused)
    value = f"{refused} of {written + refused} refused"
    wanted = f"at most {limits.rollback_write_failure_share:.0%} refused"
    return Finding(is_ok=is_ok, value=value, threshold=wanted, remedy="Look at the quarantine.")
