"""Open mismatches of a dataset in figures: kind by field by age."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from migration.enums import MismatchKind, MismatchOutcome
from migration.models import Dataset
from migration.queries.status import get_latest_parity

COUNTED = 50_000  # keys; beyond that the figures are of the newest so many
AGES = ("under an hour", "under a day", "under a week", "older")

_COUNTS = """
SELECT m.kind, m.outcome, coalesce(f.name, ''), width_bucket(
         extract(epoch FROM %(now)s::timestamptz - coalesce(m.first_seen, %(now)s)), ARRAY[3600, 86400, 604800]),
       count(*)
FROM (SELECT DISTINCT ON (m.key, m.document_id) m.* FROM migration_paritymismatch m
      JOIN migration_parityrun r ON r.id = m.run_id
      WHERE r.dataset_id = %(dataset)s AND m.run_id >= %(run)s AND m.resolved_at IS NULL
      ORDER BY m.key DESC, m.document_id, m.run_id DESC LIMIT %(limit)s) m
LEFT JOIN LATERAL unnest(m.fields) f(name) ON true
GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 3"""


@dataclass(frozen=True, kw_only=True)
class MismatchCount:
    """How many keys differ in one way in one field, by how long they have done so, in the order of ``AGES``.

    ``field`` is empty where whole rows or documents are missing. A key that differs in two fields counts in both.
    """

    kind: MismatchKind
    outcome: MismatchOutcome
    field: str
    by_age: tuple[int, int, int, int]

    @property
    def total(self) -> int:
        return sum(self.by_age)


def list_mismatch_counts(*, dataset: Dataset, now: datetime) -> list[MismatchCount]:
    """Return what the latest full deep pass and later ones found that nobody has proven right since; largest first."""
    latest = get_latest_parity(name=dataset.name)
    facts: dict[str, int | datetime] = {
        "dataset": dataset.pk,
        "run": latest.pk if latest else 0,
        "now": now,
        "limit": COUNTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, facts)
        found = cursor.fetchall()
    ages: dict[tuple[str, str, str], list[int]] = {}
    for kind, outcome, field, age, count in found:
        ages.setdefault((kind, outcome, field), [0] * len(AGES))[age] += count
    counts = [
        MismatchCount(kind=MismatchKind(kind), outcome=MismatchOutcome(outcome), field=field, by_age=tuple(by_age))  # type: ignore[arg-type]  # four ages
        for (kind, outcome, field), by_age in ages.items()
    ]
    return sorted(counts, key=lambda one: -one.total)
