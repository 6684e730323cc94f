"""Explore: pages of findable creators by filters, in one of four orders, each page one index's part."""

from dataclasses import dataclass, field
from datetime import datetime

from creators.enums import ConsentPurpose
from creators.facets import CATEGORY_BITS, PLATFORM_BITS
from veri.platform.connections.reading import fetch_rows

SORTS = {"reach": "reach", "score": "score", "active": "active_at", "newest": "listed_at"}
SIZES = {"nano": 2, "micro": 3, "mid": 4, "macro": 5}  # the power of ten of the followers: under 1,000, to 100,000 on
_PAGE = """
WITH page AS MATERIALIZED (
  SELECT summary_id, {sort} AS position, listed_at FROM creators_exploreentry
  WHERE {conditions} ORDER BY {sort} DESC, summary_id DESC LIMIT %(limit)s
)
SELECT page.summary_id, page.position, creator.handle, creator.display_name, creator.country, creator.language,
  summary.excerpt, summary.tags, summary.platforms, summary.reach, summary.last_active_at, page.listed_at,
  CASE WHEN shown.is_granted THEN latest.value END
FROM page JOIN creators_creatorsummary summary ON summary.creator_id = page.summary_id
JOIN creators_creator creator ON creator.id = page.summary_id
LEFT JOIN creators_latestscore latest ON latest.creator_id = page.summary_id
LEFT JOIN LATERAL (
  SELECT is_granted FROM creators_consentrecord
  WHERE creator_id = page.summary_id AND purpose = %(purpose)s ORDER BY id DESC LIMIT 1
) shown ON true
WHERE creator.is_active AND creator.consent_state <> 'withdrawn'
ORDER BY page.position DESC, page.summary_id DESC"""

_CONDITIONS = {
    "platform": "platforms & %(platform)s <> 0",
    "category": "categories & %(category)s <> 0",
    "country": "country = %(country)s",
    "language": "language = %(language)s",
    "size": "size = %(size)s",
    "tag": "tags @> %(tag)s::varchar[]",
    "available": "is_available",
    "score_from": "score >= %(score_from)s",
    "score_to": "score BETWEEN 0 AND %(score_to)s",
    "since": "active_at >= %(since)s",
    "position": "({sort}, summary_id) < (%(position)s, %(pk)s)",
}


@dataclass(frozen=True, kw_only=True)
class ExploreQuestion:
    """What is looked for; empty means everything. ``after`` is the (position, id) the last page ended with."""

    platform: str = ""
    category: str = ""
    country: str = ""
    language: str = ""
    size: int = 0
    tag: str = ""
    is_available: bool = False
    score_from: int | None = None
    score_to: int | None = None
    active_since: datetime | None = None
    sort: str = "reach"
    after: tuple[float | int | datetime, int] | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class Explored:
    """A creator as exploring shows him; the score only with his consent."""

    handle: str
    display_name: str
    country: str
    language: str
    excerpt: str
    tags: list[str]
    platforms: list[str]
    audience: int | None
    last_active_at: datetime | None
    listed_at: datetime
    score: int | None


@dataclass(frozen=True, kw_only=True)
class ExplorePage:
    """A page and the position the next one begins after; None at the end."""

    results: list[Explored] = field(default_factory=list)
    after: tuple[float | int | datetime, int] | None = None


def explore(*, question: ExploreQuestion) -> ExplorePage:
    """Return one page. Creators that come or go meanwhile neither repeat nor hide others."""
    conditions, parameters = _build_conditions(question)
    sql = _PAGE.format(sort=SORTS[question.sort], conditions=" AND ".join(conditions))
    rows = fetch_rows(sql, parameters | {"limit": question.limit + 1, "purpose": ConsentPurpose.BRAND_METRICS.value})
    shown = rows[: question.limit]
    return ExplorePage(
        results=[
            Explored(
                handle=row[2],
                display_name=row[3],
                country=row[4],
                language=row[5],
                excerpt=row[6],
                tags=row[7],
                platforms=row[8],
                audience=None if row[9] is None else round(10 ** row[9] - 1),
                last_active_at=row[10],
                listed_at=row[11],
                score=row[12],
            )
            for row in shown
        ],
        after=(shown[-1][1], shown[-1][0]) if len(rows) > question.limit else None,
    )


def _build_conditions(question: ExploreQuestion) -> tuple[list[str], dict[str, object]]:
    after = question.after or (None, None)
    given: dict[str, object] = {
        "platform": PLATFORM_BITS.get(question.platform),
        "category": CATEGORY_BITS.get(question.category),
        "country": question.country or None,
        "language": question.language or None,
        "size": question.size or None,
        "tag": [question.tag] if question.tag else None,
        "available": question.is_available or None,
        "score_from": question.score_from,
        "score_to": question.score_to,
        "since": question.active_since,
        "position": after[0],
    }
    parameters = {name: value for name, value in given.items() if value is not None}
    conditions = [_CONDITIONS[name].format(sort=SORTS[question.sort]) for name in parameters]
    return ["true", *conditions], parameters | {"pk": after[1]}
