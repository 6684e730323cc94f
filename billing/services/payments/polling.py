"""The hourly poll: what webhooks did not tell is asked for."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from billing.clients.payments import ProviderError, ProviderNotConfigured, get_provider
from billing.models import PaymentPoll
from billing.payment_enums import CauseKind, Provider
from billing.services.ledger import Cause
from billing.services.payments.sending import synchronise_payment
from veri.platform.ops.services.notifications import queue_alert

OVERLAP = timedelta(hours=1)
FIRST_WINDOW = timedelta(days=1)
LATE = timedelta(hours=6)
logger = structlog.get_logger(__name__)


def poll_providers(*, now: datetime) -> int:
    """Apply every payment that changed since the last poll, an hour earlier to be sure; return how many there were.

    A provider that does not answer is asked for the whole gap next time; after six hours there is a notice.
    """
    return sum(_poll(Provider(name), now) for name in Provider.values)


def _poll(provider: Provider, now: datetime) -> int:
    row = PaymentPoll.objects.filter(provider=provider).first()
    since = row.polled_until - OVERLAP if row else now - FIRST_WINDOW
    cause = Cause(kind=CauseKind.SCHEDULE, reference=f"poll of {provider} at {now:%Y-%m-%d %H:%M}")
    try:
        found = get_provider(provider).list_recent(since=since, until=now)
        for payment_id in found:
            synchronise_payment(payment_id=payment_id, provider=provider, cause=cause, now=now)
    except ProviderNotConfigured:
        return 0
    except ProviderError as error:
        logger.warning("poll_failed", provider=provider, error=type(error).__name__)
        _tell_if_late(provider, row, now)
        return 0
    with transaction.atomic(durable=True):
        PaymentPoll.objects.update_or_create(provider=provider, defaults={"polled_until": now})
    return len(found)


def _tell_if_late(provider: Provider, row: PaymentPoll | None, now: datetime) -> None:
    if row is None or row.polled_until > now - LATE:
        return
    with transaction.atomic(durable=True):
        queue_alert(
            subject=f"{provider.label} was last asked for payments at {row.polled_until:%Y-%m-%d %H:%M}",
            body="Its API does not answer. Nothing is lost: the poll asks for the whole gap.",
            now=now,
            dedup_key=f"payment-poll-late:{provider}:{now:%Y-%m-%d}",
        )
