"""What billing does when something of payments is published."""

from typing import Any

from django.utils import timezone

from veri.platform.events.registry import subscribe


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


def _handle_started(*, payload: dict[str, Any]) -> None:
    """Ask for the consent to a subscription's monthly charges."""
    from billing.services.plans.telling import ask_for_consent  # same

    ask_for_consent(subscription_id=payload["subscription"], now=timezone.now())


def _handle_changed(*, payload: dict[str, Any]) -> None:
    from billing.services.plans.telling import tell_provider  # same

    tell_provider(subscription_id=payload["subscription"])


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
