"""Write the rows exploring reads, set-based, from summaries, profiles, scores and terms."""

from collections.abc import Sequence

from django.db import connection, transaction

from creators.categories import list_tags_by_category
from creators.enums import ConsentPurpose
from creators.facets import CATEGORY_BITS, PLATFORM_BITS

# A score is in a row, and may be filtered by, only while its creator shows figures to brands.
_REFRESH = """
WITH category AS MATERIALIZED (
  SELECT tag, bit FROM unnest(%(tags)s::varchar[], %(tag_bits)s::integer[]) AS known (tag, bit)
), platform AS MATERIALIZED (
  SELECT name, bit FROM unnest(%(platforms)s::varchar[], %(platform_bits)s::integer[]) AS known (name, bit)
)
INSERT INTO creators_exploreentry AS held
  (summary_id, platforms, categories, country, language, size, is_available, tags, reach, score, active_at, listed_at)
SELECT summary.creator_id,
  coalesce((SELECT bit_or(bit) FROM platform WHERE name = ANY(summary.platforms)), 0),
  coalesce((SELECT bit_or(bit) FROM category WHERE tag = ANY(folded.tags)), 0),
  creator.country, lower(split_part(creator.language, '-', 1)),
  CASE WHEN summary.reach IS NULL THEN 0 ELSE least(5, greatest(2, floor(summary.reach))) END,
  coalesce(terms.is_available, true), folded.tags, coalesce(summary.reach, 0),
  CASE WHEN shown.is_granted THEN coalesce(latest.value, -1) ELSE -1 END,
  coalesce(summary.last_active_at, 'epoch'), summary.updated_at
FROM creators_creatorsummary summary
JOIN creators_creator creator ON creator.id = summary.creator_id
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(DISTINCT lower(tag)), '{}')::varchar[] AS tags
  FROM unnest(summary.tags || creator.tags) AS tag
) folded
LEFT JOIN creators_latestscore latest ON latest.creator_id = summary.creator_id
LEFT JOIN creators_workterms terms ON terms.creator_id = summary.creator_id
LEFT JOIN LATERAL (
  SELECT is_granted FROM creators_consentrecord
  WHERE creator_id = summary.creator_id AND purpose = %(purpose)s ORDER BY id DESC LIMIT 1
) shown ON true
WHERE %(ids)s::bigint[] IS NULL OR summary.creator_id = ANY(%(ids)s)
ON CONFLICT (summary_id) DO UPDATE
SET platforms = EXCLUDED.platforms, categories = EXCLUDED.categories, country = EXCLUDED.country,
  language = EXCLUDED.language, size = EXCLUDED.size, is_available = EXCLUDED.is_available, tags = EXCLUDED.tags,
  reach = EXCLUDED.reach, score = EXCLUDED.score, active_at = EXCLUDED.active_at
WHERE (held.platforms, held.categories, held.country, held.language, held.size, held.is_available, held.tags,
    held.reach, held.score, held.active_at)
  IS DISTINCT FROM (EXCLUDED.platforms, EXCLUDED.categories, EXCLUDED.country, EXCLUDED.language, EXCLUDED.size,
    EXCLUDED.is_available, EXCLUDED.tags, EXCLUDED.reach, EXCLUDED.score, EXCLUDED.active_at)"""


@transaction.atomic(durable=True)
def refresh_all_entries() -> int:
    """Write every row anew that should be otherwise: what changes one writes its row itself, this repairs."""
    return refresh_entries()


def refresh_entries(*, creator_ids: Sequence[int] | None = None) -> int:
    """Write the rows of findable creators anew, by default of all; inside the caller's transaction.

    Return how many changed. Who has no summary has no row: it goes with the summary.
    """
    known = list_tags_by_category()
    parameters = {
        "ids": None if creator_ids is None else list(creator_ids),
        "purpose": ConsentPurpose.BRAND_METRICS.value,
        "tags": [tag for tag, _ in known],
        "tag_bits": [CATEGORY_BITS[category] for _, category in known],
        "platforms": list(PLATFORM_BITS),
        "platform_bits": list(PLATFORM_BITS.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, parameters)
        return int(cursor.rowcount)
