"""Award achievements set-based and once; take one back for fraud alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from creators.achievement_rules import RULES, AchievementRule
from creators.models import Achievement, User
from creators.services.games.points import NewPoints, award_points
from veri.platform.ops.services.audit import record_audit

CAUSE, REVOKED_CAUSE = "achievement", "achievement_revoked"
_AWARD = """
INSERT INTO creators_achievement (creator_id, code, tier, rule_version, awarded_at, revoked_reason)
SELECT reached.creator_id, %(code)s, tier, %(version)s, %(now)s, ''
FROM ({sql}) AS reached (creator_id, figure)
JOIN creators_creator creator ON creator.id = reached.creator_id AND creator.is_active
CROSS JOIN unnest(%(tiers)s::integer[]) AS tier
WHERE figure >= tier AND NOT EXISTS (
  SELECT FROM creators_achievement held
  WHERE held.creator_id = reached.creator_id AND held.code = %(code)s AND held.tier = tier)
ORDER BY reached.creator_id, tier
ON CONFLICT DO NOTHING RETURNING creator_id, tier"""


def award_achievements(*, now: datetime, creator_ids: Sequence[int] | None = None) -> int:
    """Award what creators reached and do not have; by default to all. Return how many; again gives none.

    Each is unique by creator, code and tier, and so are its points: however often and by how many this runs.
    """
    return sum(_award(rule, creator_ids, now) for rule in RULES)


@transaction.atomic(durable=True)
def revoke_achievement(*, achievement_id: int, acting_user: User, reason: str, now: datetime) -> Achievement:
    """Take an achievement back for fraud, with its points, audited; the row stays, so that it is not awarded again.

    Raises:
        Achievement.DoesNotExist: unknown, or revoked before.
    """
    found = Achievement.objects.select_for_update().get(pk=achievement_id, revoked_at__isnull=True)
    found.revoked_at, found.revoked_reason = now, reason
    found.save(update_fields=["revoked_at", "revoked_reason"])
    rule = next((rule for rule in RULES if rule.code == found.code and found.tier in rule.tiers), None)
    if rule is not None:
        taken = _build_points(rule, found.creator_id, found.tier, now, kind=REVOKED_CAUSE, sign=-1)
        award_points(entries=[taken], now=now)
    record_audit(
        actor=acting_user, action="achievement.revoked", target=found, reason=reason,
        before={"code": found.code, "tier": found.tier}, now=now,
    )  # fmt: skip
    return found


@transaction.atomic(durable=True)
def _award(rule: AchievementRule, creator_ids: Sequence[int] | None, now: datetime) -> int:
    parameters: dict[str, Any] = {
        "code": rule.code,
        "version": rule.version,
        "tiers": list(rule.tiers),
        "now": now,
        "ids": None if creator_ids is None else list(creator_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_AWARD.format(sql=rule.sql), parameters)
        awarded = cursor.fetchall()
    award_points(entries=[_build_points(rule, pk, tier, now) for pk, tier in awarded], now=now)
    return len(awarded)


def _build_points(
    rule: AchievementRule, creator_id: int, tier: int, now: datetime, *, kind: str = CAUSE, sign: int = 1
) -> NewPoints:
    points = rule.points[rule.tiers.index(tier)]
    return NewPoints(
        creator_id=creator_id, cause_kind=kind, cause_id=f"{rule.code}:{tier}", points=sign * points, at=now
    )
