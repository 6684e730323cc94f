"""Whether a creator allowed something. Without a record nothing is allowed."""

from collections.abc import Iterable

from django.db.models import QuerySet

from creators.models import ConsentRecord, Creator
from veri.platform.connections.reading import fetch_rows

# An inactive creator, and one who withdrew from the platform as a whole, consents to nothing.
_FILTER = """
SELECT creator.id FROM creators_creator creator
CROSS JOIN LATERAL (
  SELECT is_granted FROM creators_consentrecord
  WHERE creator_id = creator.id AND purpose = %s ORDER BY id DESC LIMIT 1
) latest
WHERE creator.id = ANY(%s) AND latest.is_granted AND creator.is_active AND creator.consent_state <> 'withdrawn'"""


def is_consented(*, creator_id: int, purpose: str) -> bool:
    return creator_id in filter_consenting(creator_ids=[creator_id], purpose=purpose)


def filter_consenting(*, creator_ids: Iterable[int], purpose: str) -> set[int]:
    """Return those of the creators who allow the purpose now, in one statement."""
    return {pk for (pk,) in fetch_rows(_FILTER, [purpose, list(creator_ids)])}


def get_latest_consent(*, creator_id: int, purpose: str) -> ConsentRecord | None:
    return ConsentRecord.objects.filter(creator_id=creator_id, purpose=purpose).order_by("-id").first()


def list_granted(*, creator_id: int) -> list[str]:
    """Return the purposes the creator's latest decisions allow."""
    latest = ConsentRecord.objects.filter(creator_id=creator_id).order_by("purpose", "-id").distinct("purpose")
    return [one.purpose for one in latest if one.is_granted]


def list_consents(*, creator: Creator) -> QuerySet[ConsentRecord]:
    """Return the whole log of a creator, the latest first."""
    return ConsentRecord.objects.filter(creator=creator).order_by("-id")
