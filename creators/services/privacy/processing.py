"""Carry requests out: claimed with a lease, step by step, so that a process killed anywhere loses nothing."""

from datetime import datetime, timedelta

import structlog
from django.db import Error, transaction
from django.db.models import F
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from creators.enums import PrivacyKind, PrivacyState
from creators.models import PrivacyRequest
from creators.services.privacy.erasing import continue_erasure
from creators.services.privacy.exporting import make_export
from creators.services.privacy.progress import wait
from migration.errors import DocumentsOnTheirWay
from veri.platform.connections.errors import StoreUnavailable
from veri.platform.ops.services.audit import record_audit

LEASE = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
_CLOSED = (PrivacyState.DONE, PrivacyState.ATTENTION)
logger = structlog.get_logger(__name__)


def process_due_requests(*, now: datetime, limit: int = 20) -> int:
    """Go on with the requests that are due; return how many were done with."""
    due = PrivacyRequest.objects.exclude(state__in=_CLOSED).filter(next_at__lte=now).order_by("next_at", "pk")
    keys = list(due.values_list("pk", flat=True)[:limit])
    return sum(process_request(request_id=pk, now=now) == PrivacyState.DONE for pk in keys)


def process_request(*, request_id: int, now: datetime) -> PrivacyState | None:
    """Take the steps that are left; return the state, or None when nothing is due or somebody else is at it.

    What is away, or on its way, lets the request wait.
    """
    held = PrivacyRequest.objects.exclude(state__in=_CLOSED).filter(pk=request_id, next_at__lte=now)
    claimed = held.update(next_at=now + LEASE, attempts=F("attempts") + 1, state=PrivacyState.RUNNING)
    if not claimed:
        return None
    request = PrivacyRequest.objects.get(pk=request_id)
    try:
        if request.kind == PrivacyKind.EXPORT:
            return make_export(request=request, now=now)
        return continue_erasure(request=request, now=now)
    except DocumentsOnTheirWay as relaying:
        return wait(request, str(relaying), now + PAUSE)
    except (PyMongoError, RedisError, StoreUnavailable, OSError, Error) as failure:
        logger.warning("privacy_request_waits", request=request.pk, error=type(failure).__name__)
        return wait(request, f"Something is away or in the way: {type(failure).__name__}.", now + PAUSE)


@transaction.atomic(durable=True)
def retry_request(*, request_id: int, acting_user: object, reason: str, now: datetime) -> bool:
    """Make a request that waits or needs a person due at once, audited; return whether there was such a one."""
    open_one = PrivacyRequest.objects.exclude(state=PrivacyState.DONE).filter(pk=request_id)
    if not open_one.update(next_at=now, state=PrivacyState.WAITING):
        return False
    record_audit(actor=acting_user, action="privacy.retried", target=open_one.get(), reason=reason, now=now)
    return True
