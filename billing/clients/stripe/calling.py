"""Calls through Stripe's SDK: our address for tests, our timeouts and key, no retries of its own, our errors."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from billing.clients.payments import ProviderRefused, ProviderUnavailable

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
_SERVER = 500
_COME_AGAIN = frozenset({408, 409, 425, 429})


def call(method: Callable[[Any, Any], Any], *, key: str) -> dict[str, Any]:
    """Return what ``method(client, options)`` answered, as plain data.

    Raises:
        ProviderUnavailable, ProviderRefused: by what the SDK raised.
    """
    import stripe  # loads on first use: it is large

    addresses: Any = {"api": settings.STRIPE_BASE_URL} if settings.STRIPE_BASE_URL else {}
    http: Any = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
    client = stripe.StripeClient(
        settings.STRIPE_API_KEY, http_client=http, max_network_retries=0, base_addresses=addresses
    )
    try:
        answer = method(client, {"idempotency_key": key} if key else {})
    except stripe.APIConnectionError as error:
        raise ProviderUnavailable("No answer from Stripe.") from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        if status >= _SERVER or status in _COME_AGAIN or not status:
            raise ProviderUnavailable(f"Stripe answered {status}.") from error
        raise ProviderRefused(f"Stripe answered {status}: {str(error.user_message)[:200]}") from error
    return dict(answer.to_dict())
