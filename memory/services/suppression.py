"""Keep what was forgotten or purged from being formed again, without keeping what it said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from secrets import token_hex

from creators.models import Interaction
from memory.extraction import Candidate
from memory.models import MemorySuppression
from memory.services.hashing import hash_content
from memory.services.timeline import Pairs


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a memory says, as its suppression is named: whom of, what, and the value."""

    subject: str
    predicate: str
    value: str


def suppress(*, creator_id: int, said: Iterable[Said], through: datetime | None, now: datetime) -> int:
    """Keep what was said from being formed again, in the caller's transaction and formation lock; return how many.

    With ``through`` only as far as it was said up to that instant. What is suppressed for good stays so.
    """
    salt = _get_salt(creator_id) or token_hex(16)
    digests = sorted({_digest(salt, one) for one in said})
    rows = [
        MemorySuppression(creator_id=creator_id, salt=salt, digest=one, through=through, recorded_at=now)
        for one in digests
    ]
    MemorySuppression.objects.bulk_create(rows, ignore_conflicts=True)
    mine = MemorySuppression.objects.filter(creator_id=creator_id, digest__in=digests)
    if through is None:
        mine.exclude(through=None).update(through=None)
    else:
        mine.filter(through__lt=through).update(through=through)
    return len(digests)


def drop_suppressed(*, creator_id: int, candidates: Pairs) -> Pairs:
    """Return the candidates that may be formed: one query for a creator of whom nothing is suppressed."""
    stored = MemorySuppression.objects.filter(creator_id=creator_id).values_list("salt", "digest", "through")
    rows = list(stored) if candidates else []
    if not rows:
        return candidates
    salt, through = rows[0][0], {digest: until for _, digest, until in rows}
    return [pair for pair in candidates if not _is_suppressed(salt, through, pair)]


def _is_suppressed(salt: str, through: dict[str, datetime | None], pair: tuple[Interaction, Candidate]) -> bool:
    interaction, candidate = pair
    digest = _digest(salt, Said(subject=candidate.subject, predicate=candidate.predicate, value=candidate.value))
    if digest not in through:
        return False
    until = through[digest]
    return until is None or interaction.occurred_at <= until


def _get_salt(creator_id: int) -> str | None:
    return MemorySuppression.objects.filter(creator_id=creator_id).values_list("salt", flat=True).first()


def _digest(salt: str, said: Said) -> str:
    plain = hash_content(said.subject, said.predicate, said.value)
    return blake2b(plain.encode(), key=bytes.fromhex(salt), digest_size=32).hexdigest()
