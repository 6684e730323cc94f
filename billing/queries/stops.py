"""What staff stopped. Every process sees a change within two seconds: the copy lives one."""

from billing.models import EVERYTHING, SpendingStop
from veri.platform.cache.brief import BriefCopy
from veri.platform.connections.reading import fetch_rows

_STOPPED = "SELECT scope FROM billing_spendingstop WHERE is_stopped"


def find_stop(*, service: str) -> str | None:
    """Return what of a service's spending is stopped: ``everything``, the service, or nothing."""
    stopped = _copy.get()
    return next((scope for scope in (EVERYTHING, service) if scope in stopped), None)


def list_stops() -> list[SpendingStop]:
    """Return the switches that were ever used, read afresh."""
    return list(SpendingStop.objects.order_by("scope"))


def forget_stops() -> None:
    _copy.forget()


def _read() -> frozenset[str]:
    return frozenset(scope for (scope,) in fetch_rows(_STOPPED, []))


_copy = BriefCopy(_read)
