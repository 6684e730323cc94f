"""Write the rows exploring reads, set-based, from summaries, profiles, scores and terms."""

from collections.abc import Sequence

from django.db import connection

from creators.categories import list_tags_by_category
from creators.enums import ConsentPurpose

# A score is in a row, and may be filtered by, only while its creator shows figures to brands.
_REFRESH = """
WITH category AS (
  SELECT tag, category FROM unnest(%(tags)s::varchar[], %(categories)s::varchar[]) AS known (tag, category)
), told AS (
  SELECT summary.creator_id, coalesce(summary.reach, 0) AS reach,
    CASE WHEN shown.is_granted THEN coalesce(latest.value, -1) ELSE -1 END AS score,
    coalesce(summary.last_active_at, 'epoch') AS active_at, coalesce(terms.is_available, true) AS is_available,
    creator.country, creator.language, summary.platforms, summary.tags || creator.tags AS tags, summary.reach AS known,
    summary.updated_at AS listed_at
  FROM creators_creatorsummary summary
  JOIN creators_creator creator ON creator.id = summary.creator_id
  LEFT JOIN creators_latestscore latest ON latest.creator_id = summary.creator_id
  LEFT JOIN creators_workterms terms ON terms.creator_id = summary.creator_id
  LEFT JOIN LATERAL (
    SELECT is_granted FROM creators_consentrecord
    WHERE creator_id = summary.creator_id AND purpose = %(purpose)s ORDER BY id DESC LIMIT 1
  ) shown ON true
  WHERE %(ids)s::bigint[] IS NULL OR summary.creator_id = ANY(%(ids)s)
)
INSERT INTO creators_exploreentry AS held (summary_id, facets, reach, score, active_at, listed_at)
SELECT creator_id, ARRAY(
    SELECT DISTINCT facet FROM (
      SELECT 'country:' || country AS facet WHERE country <> ''
      UNION ALL SELECT 'language:' || split_part(language, '-', 1) WHERE language <> ''
      UNION ALL SELECT 'platform:' || platform FROM unnest(platforms) AS platform
      UNION ALL SELECT 'tag:' || lower(tag) FROM unnest(tags) AS tag
      UNION ALL SELECT 'category:' || category FROM category WHERE tag = ANY(tags)
      UNION ALL SELECT 'size:' || least(5, greatest(2, floor(known)))::int WHERE known IS NOT NULL
      UNION ALL SELECT 'available:yes' WHERE is_available
    ) facet ORDER BY facet
  ), reach, score, active_at, listed_at
FROM told
ON CONFLICT (summary_id) DO UPDATE
SET facets = EXCLUDED.facets, reach = EXCLUDED.reach, score = EXCLUDED.score, active_at = EXCLUDED.active_at
WHERE (held.facets, held.reach, held.score, held.active_at)
  IS DISTINCT FROM (EXCLUDED.facets, EXCLUDED.reach, EXCLUDED.score, EXCLUDED.active_at)"""


def refresh_entries(*, creator_ids: Sequence[int] | None = None) -> int:
    """Write the rows of findable creators anew, by default of all; inside the caller's transaction.

    Return how many changed. Who has no summary has no row: it goes with the summary.
    """
    known = list_tags_by_category()
    parameters = {
        "ids": None if creator_ids is None else list(creator_ids),
        "purpose": ConsentPurpose.BRAND_METRICS.value,
        "tags": [tag for tag, _ in known],
        "categories": [category for _, category in known],
    }
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, parameters)
        return int(cursor.rowcount)
