"""What billing does when something of payments is published."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from billing.clients.payments import ProviderNotConfigured, ProviderRefused
from veri.platform.events.registry import subscribe
from veri.platform.ops.services.notifications import queue_alert

Handle = Callable[..., None]
logger = structlog.get_logger(__name__)


def _ask_once(handle: Handle) -> Handle:
    """Do not ask again what a provider refuses, or what nobody can be asked: the former with a notice to staff.

    A provider that does not answer is asked again by the event log.
    """

    @wraps(handle)
    def careful(*, payload: dict[str, Any]) -> None:
        try:
            handle(payload=payload)
        except ProviderNotConfigured:
            logger.warning("provider_not_configured", handler=handle.__name__, **payload)
        except ProviderRefused as refusal:
            logger.warning("provider_refused", handler=handle.__name__, **payload)
            with transaction.atomic(durable=True):
                queue_alert(
                    subject="A payment provider refused a request",
                    body=f"{handle.__name__.strip('_')} {payload}: {refusal}. See docs/runbooks/ledger.md.",
                    now=timezone.now(),
                    dedup_key=f"provider-refused:{handle.__name__}:{sorted(payload.items())}"[:120],
                )

    return careful


@_ask_once
def _handle_requested(*, payload: dict[str, Any]) -> None:
    """Open the checkout of a new intent."""
    from billing.services.payments.sending import open_checkout  # models are loaded by then

    open_checkout(intent_id=payload["payment"], now=timezone.now())


def _handle_webhook(*, payload: dict[str, Any]) -> None:
    from billing.services.payments.inbox import process_payment_webhook  # same

    process_payment_webhook(webhook_id=payload["webhook_id"], now=timezone.now())


def _handle_refund(*, payload: dict[str, Any]) -> None:
    """Send a refund; one that could not be sent is tried again by the clock."""
    from billing.services.payments.sending import send_refund  # same

    send_refund(refund_id=payload["refund"], now=timezone.now())


@_ask_once
def _handle_started(*, payload: dict[str, Any]) -> None:
    """Ask for the consent to a subscription's monthly charges."""
    from billing.services.plans.telling import ask_for_consent  # same

    ask_for_consent(subscription_id=payload["subscription"], now=timezone.now())


@_ask_once
def _handle_changed(*, payload: dict[str, Any]) -> None:
    from billing.services.plans.telling import tell_provider  # same

    tell_provider(subscription_id=payload["subscription"])


@_ask_once
def _handle_dunned(*, payload: dict[str, Any]) -> None:
    from billing.services.plans.telling import remind  # same

    remind(subscription_id=payload["subscription"], step=payload["step"], now=timezone.now())


def register_payment_subscriptions() -> None:
    subscribe(event="payment.requested", name="billing.checkout", handle=_handle_requested, queue="billing")
    subscribe(event="payment.webhook", name="billing.payment_webhook", handle=_handle_webhook, queue="billing")
    subscribe(event="refund.requested", name="billing.refund", handle=_handle_refund, queue="billing")
    subscribe(event="subscription.started", name="billing.consent", handle=_handle_started, queue="billing")
    subscribe(event="subscription.changed", name="billing.subscription", handle=_handle_changed, queue="billing")
    subscribe(event="subscription.dunned", name="billing.dunning", handle=_handle_dunned, queue="billing")
