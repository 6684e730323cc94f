"""Shadow reads in figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from migration.enums import ShadowOutcome
from migration.models import ShadowRead

RECENT = timedelta(hours=24)
_SUMMARY = """
SELECT count(*) FILTER (WHERE NOT is_noise AND outcome <> 'failed'),
       count(*) FILTER (WHERE NOT is_noise AND outcome = 'match'),
       count(*) FILTER (WHERE is_noise),
       count(*) FILTER (WHERE outcome = 'failed'),
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY postgres_ms),
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY mongo_ms)
FROM migration_shadowread WHERE %s = ANY(datasets) AND at >= %s"""


@dataclass(frozen=True, kw_only=True)
class ShadowSummary:
    """Reads compared, of them alike; noise and failures beside. Durations are p50, p95, p99 in milliseconds."""

    compared: int
    matched: int
    noise: int
    failed: int
    postgres_ms: tuple[float, float, float] | None
    mongo_ms: tuple[float, float, float] | None

    @property
    def match(self) -> float:
        """Return the share that agreed, 0 to 1; 0 when nothing was compared. A read MongoDB failed did not agree."""
        total = self.compared + self.failed
        return self.matched / total if total else 0.0


def summarise_shadow(*, dataset: str, since: datetime | None = None) -> ShadowSummary:
    """Return a dataset's shadow reads since an instant, else of the last 24 hours."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, [dataset, since or timezone.now() - RECENT])
        compared, matched, noise, failed, postgres, mongo = cursor.fetchone()
    return ShadowSummary(
        compared=compared,
        matched=matched,
        noise=noise,
        failed=failed,
        postgres_ms=tuple(postgres) if postgres else None,
        mongo_ms=tuple(mongo) if mongo else None,
    )


def list_different_reads(*, dataset: str) -> QuerySet[ShadowRead]:
    """Return the shadow reads that differed, newest first."""
    different = ShadowRead.objects.filter(datasets__contains=[dataset], is_noise=False)
    return different.exclude(outcome=ShadowOutcome.MATCH).order_by("-at")
