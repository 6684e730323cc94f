"""What grants make of a month's quota: what was used is taken from them in order, what is left makes the limit.

What everybody has comes first, then grants by priority and expiry. While a plan's grant holds it takes the place of
what everybody has. Each taking is a row, so that a balance can always be explained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from billing.enums import GrantSource
from billing.models import Allowance, QuotaGrant, QuotaUse


@dataclass(frozen=True, kw_only=True)
class Balance:
    """A grant, or with None what everybody has, and how much of it is left."""

    grant: QuotaGrant | None
    left: int


def parse_scope(scope: str) -> tuple[str, int] | None:
    """Return the feature and creator of ``quota:assistant:17``; other scopes have no grants."""
    kind, _, rest = scope.partition(":")
    feature, _, creator = rest.rpartition(":")
    return (feature, int(creator)) if kind == "quota" and feature and creator.isdigit() else None


def recount_quota(*, allowance: Allowance, base: int, now: datetime) -> None:
    """Take what was used from the grants that held until now, and set the limit and when it changes next.

    The caller has locked the allowance. A limit that staff set stays. What an earlier month used of grants that go on
    is taken first.
    """
    grants = _list_grants(allowance)
    if not grants and allowance.recount_at is None:
        return
    if _take_earlier(allowance, base, now):
        grants = _list_grants(allowance)
    _take(allowance, grants, base, now)
    left = _measure(allowance, grants, base, now)
    attributed = _sum_uses(allowance)
    if not allowance.is_set_by_staff:
        allowance.limit = max(allowance.spent, attributed) + sum(one.left for one in left)
    allowance.recount_at = _find_next_change(allowance, grants, now)
    allowance.save(update_fields=["limit", "recount_at"])


def list_balances(*, allowance: Allowance, base: int, now: datetime) -> list[Balance]:
    """Return what is left, in the order in which it will be used; nothing is written."""
    found = _measure(allowance, _list_grants(allowance), base, now)
    pending = allowance.spent - _sum_uses(allowance)
    result = []
    for one in found:
        taken = min(one.left, max(pending, 0))
        pending -= taken
        result.append(Balance(grant=one.grant, left=one.left - taken))
    return result


def _list_grants(allowance: Allowance) -> list[QuotaGrant]:
    """Return the creator's grants that touch the month, in their order, each with what was taken of it."""
    known = parse_scope(allowance.scope)
    if known is None:
        return []
    feature, creator_id = known
    touching = Q(expires_at__gt=allowance.period_start, valid_from__lt=allowance.period_end)
    rows = QuotaGrant.objects.filter(touching, feature=feature, creator_id=creator_id)
    return list(rows.annotate(taken=Sum("uses__units", default=0)).order_by("priority", "expires_at", "pk"))


def _take_earlier(allowance: Allowance, base: int, now: datetime) -> int:
    """Take what months before this one used and nobody counted yet; return how many there were."""
    months = Allowance.objects.select_for_update().filter(
        scope=allowance.scope, period_start__lt=allowance.period_start, recount_at__isnull=False
    )
    earlier = list(months.order_by("period_start"))
    for one in earlier:
        _take(one, _list_grants(one), base, now)
        one.recount_at = None  # its period is over: nothing begins or ends in it any more
        one.save(update_fields=["recount_at"])
    return len(earlier)


def _take(allowance: Allowance, grants: Sequence[QuotaGrant], base: int, now: datetime) -> None:
    """Record from which grants the use since the last count was taken: those that held just before it ended."""
    pending = allowance.spent - _sum_uses(allowance)
    until = min(allowance.recount_at or now, now)
    uses = []
    for one in _measure(allowance, grants, base, until, is_before=True):
        taken = min(one.left, pending)
        if taken > 0:
            uses.append(QuotaUse(grant=one.grant, allowance=allowance, units=taken, recorded_at=now))
            pending -= taken
            if one.grant:
                one.grant.taken += taken  # type: ignore[attr-defined]  # annotated
    QuotaUse.objects.bulk_create(uses)


def _measure(
    allowance: Allowance, grants: Sequence[QuotaGrant], base: int, at: datetime, *, is_before: bool = False
) -> list[Balance]:
    """Return what was left of each source that holds at an instant, or held just before it."""

    def holds(grant: QuotaGrant) -> bool:
        if is_before:
            return grant.valid_from < at <= grant.expires_at
        return grant.valid_from <= at < grant.expires_at

    held = [one for one in grants if holds(one)]
    balances = [Balance(grant=one, left=max(one.units - one.taken, 0)) for one in held]  # type: ignore[attr-defined]  # annotated
    if any(one.source == GrantSource.PLAN for one in held):
        return balances
    used = allowance.grant_uses.filter(grant=None).aggregate(units=Sum("units", default=0))["units"]
    return [Balance(grant=None, left=max(base - used, 0)), *balances]


def _sum_uses(allowance: Allowance) -> int:
    return int(allowance.grant_uses.aggregate(units=Sum("units", default=0))["units"])


def _find_next_change(allowance: Allowance, grants: Sequence[QuotaGrant], now: datetime) -> datetime:
    changes = [instant for one in grants for instant in (one.valid_from, one.expires_at) if instant > now]
    return min([*changes, allowance.period_end])
