"""Write the rows discovery searches. What is in them is computed above; whether they may exist is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from creators.enums import ConsentPurpose
from creators.models import CreatorSummary, CreatorTerm
from creators.queries.consent import is_consented
from creators.services.exploring.entries import refresh_entries
from creators.services.locks import lock_consent
from veri.platform.cache.aside import bump_generation

DISCOVERY = "discovery"  # the namespace of everything cached that rests on summaries
LEAST_COHORT = 30
# A cohort smaller than thirty says little: its creators are ranked among all. Ties share the middle of their ranks.
_RANK = """
WITH cohort AS (
  SELECT creator_id, reach, count(*) OVER (PARTITION BY main_platform) AS size,
    rank() OVER own AS own_rank, count(*) OVER (PARTITION BY main_platform, reach) AS own_ties,
    rank() OVER (ORDER BY reach) AS all_rank, count(*) OVER (PARTITION BY reach) AS all_ties, count(*) OVER () AS total
  FROM creators_creatorsummary WHERE reach IS NOT NULL
  WINDOW own AS (PARTITION BY main_platform ORDER BY reach)
), ranked AS (
  SELECT creator_id, CASE WHEN size >= %s THEN (own_rank - 1 + own_ties / 2.0) / size
    ELSE (all_rank - 1 + all_ties / 2.0) / total END AS percentile
  FROM cohort
)
UPDATE creators_creatorsummary summary SET popularity = ranked.percentile
FROM ranked WHERE ranked.creator_id = summary.creator_id
  AND summary.popularity IS DISTINCT FROM ranked.percentile"""
_ESTIMATE = """
SELECT avg(CASE WHEN reach < %(reach)s THEN 1.0 WHEN reach = %(reach)s THEN 0.5 ELSE 0 END)
FROM creators_creatorsummary WHERE reach IS NOT NULL AND main_platform = %(platform)s AND creator_id <> %(creator)s"""


@dataclass(frozen=True, kw_only=True)
class NewSummary:
    """A creator's public side; ``embedding`` is a list of numbers of the named model, or None."""

    creator_id: int
    excerpt: str
    terms: frozenset[str]
    embedding: Sequence[float] | None = None
    model: str = ""
    model_version: str = ""
    tags: Sequence[str] = field(default_factory=list)
    platforms: Sequence[str] = field(default_factory=list)
    main_platform: str = ""
    reach: float | None = None
    last_active_at: datetime | None = None


@transaction.atomic(durable=True)
def store_summary(*, summary: NewSummary, now: datetime) -> bool:
    """Write a creator's row when he allows discovery, else remove it; return whether it stands.

    The consent is read under its lock: a withdrawal either comes before, and nothing is written, or after, and removes
    what was.
    """
    lock_consent(creator_id=summary.creator_id)
    if not is_consented(creator_id=summary.creator_id, purpose=ConsentPurpose.DISCOVERY):
        remove_summaries(creator_ids=[summary.creator_id])
        return False
    values = {name: getattr(summary, name) for name in _FIELDS}
    values |= {"popularity": _estimate_popularity(summary), "updated_at": now}
    CreatorSummary.objects.update_or_create(creator_id=summary.creator_id, defaults=values)
    _replace_terms(summary)
    refresh_entries(creator_ids=[summary.creator_id])
    transaction.on_commit(forget_discovered)
    return True


_FIELDS = (
    *("excerpt", "embedding", "model", "model_version", "tags", "platforms", "main_platform", "reach"),
    "last_active_at",
)


def remove_summaries(*, creator_ids: Sequence[int]) -> int:
    """Take creators out of discovery inside the caller's transaction; return how many were in it."""
    CreatorTerm.objects.filter(creator_id__in=creator_ids).delete()
    removed, _ = CreatorSummary.objects.filter(creator_id__in=creator_ids).delete()
    transaction.on_commit(forget_discovered)
    return removed


@transaction.atomic(durable=True)
def rank_popularity() -> int:
    """Compute every creator's percentile among those of his main platform, set-based; return how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(_RANK, [LEAST_COHORT])
        changed = int(cursor.rowcount)
    if changed:
        transaction.on_commit(forget_discovered)
    return changed


def forget_discovered() -> None:
    """Make what is cached of discovery stale, for all processes."""
    bump_generation(namespace=DISCOVERY)


def _estimate_popularity(summary: NewSummary) -> float | None:
    """Return the percentile among the stored rows; the next ranking sets it exactly."""
    if summary.reach is None:
        return None
    parameters: dict[str, str | float] = {
        "reach": summary.reach,
        "platform": summary.main_platform,
        "creator": summary.creator_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ESTIMATE, parameters)
        (found,) = cursor.fetchone()
    return 0.5 if found is None else float(found)


def _replace_terms(summary: NewSummary) -> None:
    held = set(CreatorTerm.objects.filter(creator_id=summary.creator_id).values_list("term", flat=True))
    if gone := held - summary.terms:
        CreatorTerm.objects.filter(creator_id=summary.creator_id, term__in=gone).delete()
    CreatorTerm.objects.bulk_create(
        CreatorTerm(creator_id=summary.creator_id, term=term) for term in sorted(summary.terms - held)
    )
