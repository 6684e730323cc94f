"""The SDK's way out: our own address for tests, no retries of its own, amounts read as decimals."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings
from mercadopago.http import HttpClient

from billing.clients.payments import ProviderRefused, ProviderUnavailable

API = "https://api.mercadopago.com"
CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
MAX_BYTES = 2 * 1024 * 1024
_COME_AGAIN = frozenset({408, 409, 423, 424, 425, 429})
_SERVER = 500


class Transport(HttpClient):
    """What the SDK calls instead of its own client; it has no setting for another address."""

    def request(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        """Make one call; the SDK's retry options are left out: who calls decides about another try."""
        base = settings.MERCADO_PAGO_BASE_URL
        address = url.replace(API, base, 1) if base else url
        kept = {name: given[name] for name in ("headers", "data", "params") if given.get(name) is not None}
        try:
            with requests.request(
                method, address, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, **kept
            ) as answer:
                if len(answer.content) > MAX_BYTES:
                    raise ProviderUnavailable("The answer is too large.")
                return {"status": answer.status_code, "response": _read_body(answer.content)}
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from None


def _read_body(content: bytes) -> Any:
    try:
        return json.loads(content, parse_float=Decimal) if content else None
    except ValueError:
        return None


def require(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object of an answer.

    Raises:
        ProviderUnavailable, ProviderRefused: by its status; an answer that is no object is no answer.
    """
    status, body = answer["status"], answer["response"]
    if status >= _SERVER or status in _COME_AGAIN:
        raise ProviderUnavailable(f"Mercado Pago answered {status}.")
    if not 200 <= status < 300:  # noqa: PLR2004  the class of success
        words = body.get("message", "") if isinstance(body, dict) else ""
        raise ProviderRefused(f"Mercado Pago answered {status}: {str(words)[:200]}")
    if not isinstance(body, dict):
        raise ProviderUnavailable("Mercado Pago's answer is no object.")
    return body
