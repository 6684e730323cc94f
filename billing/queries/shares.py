"""How much of a budget is used, for what degrades before it is refused: at most a second old."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings

from billing.services.periods import get_month
from veri.platform.cache.brief import BriefCopy
from veri.platform.connections.reading import fetch_rows

_SHARES = """
SELECT scope, (spent + reserved)::float8 / "limit" FROM billing_allowance
WHERE scope = ANY(%s) AND period_start = %s AND "limit" > 0"""


def get_used_share(*, service: str, source: str) -> float:
    """Return the used share, 0 to 1, of the fullest budget that a service or feature takes part in."""
    shares = _copy.get()
    return max(shares.get(f"budget:{name}", 0.0) for name in (service, "platform", f"feature:{source}"))


def forget_shares() -> None:
    _copy.forget()


def _read() -> Mapping[str, float]:
    names = [*settings.MONTHLY_BUDGETS, *(one for one in settings.COSTS.extra_budgets if not one.startswith("model:"))]
    start, _ = get_month(datetime.now(tz=UTC))
    return dict(fetch_rows(_SHARES, [[f"budget:{one}" for one in names], start]))


_copy = BriefCopy(_read)
