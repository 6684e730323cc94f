"""Celery tasks of the creators app."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from creators.services.accounts.proofs import remove_expired_proofs
from creators.services.handles.holds import remove_expired_holds
from creators.services.privacy.exporting import remove_expired_exports
from creators.services.privacy.processing import process_due_requests, process_request

LONGEST = 570  # seconds: less than a request's lease, so that nobody else begins where somebody is still at it


@shared_task(name="creators.remove_expired", ignore_result=True)
def remove_expired_task(**_unknown: Any) -> None:
    """Remove mailed codes, holds of handles and exports whose time is over."""
    now = timezone.now()
    remove_expired_proofs(now=now)
    remove_expired_holds(now=now)
    remove_expired_exports(now=now)


@shared_task(name="creators.process_privacy_request", time_limit=LONGEST, soft_time_limit=LONGEST - 30)
def process_privacy_request_task(*, request_id: int, **_unknown: Any) -> str:
    """Take the steps of one request; return its state, empty when nothing was due."""
    return str(process_request(request_id=request_id, now=timezone.now()) or "")


@shared_task(name="creators.process_privacy_requests", time_limit=LONGEST, soft_time_limit=LONGEST - 30)
def process_privacy_requests_task(**_unknown: Any) -> int:
    """Go on with the requests that are due; return how many were done with."""
    return process_due_requests(now=timezone.now())
