"""Mercado Pago through its SDK."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from billing.clients.amounts import write_decimal
from billing.clients.mercado_pago import signature
from billing.clients.mercado_pago.reading import read_payment, read_refund, read_subscription
from billing.clients.payments import (
    Checkout,
    CheckoutRequest,
    FetchedPayment,
    FetchedRefund,
    FetchedSubscription,
    Hint,
    ProviderNotConfigured,
    ProviderRefused,
)
from billing.payment_enums import Provider

_PAGE = 50
_PAGES = 20
_TEST_TOKEN = "TEST-"  # noqa: S105  how tokens that move no money begin


class MercadoPago:
    """See ``PaymentProvider``. The SDK makes up an idempotency key for each call: ours is given to every one."""

    name = Provider.MERCADO_PAGO

    def __init__(self) -> None:
        token = settings.MERCADO_PAGO_ACCESS_TOKEN
        self.collector = str(settings.MERCADO_PAGO_USER_ID)
        self.is_live = bool(token) and not token.startswith(_TEST_TOKEN)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        preference = {
            "items": [
                {
                    "id": request.reference,
                    "title": request.title,
                    "quantity": 1,
                    "currency_id": request.currency,
                    "unit_price": write_decimal(request.amount_minor, currency=request.currency),
                }
            ],
            "external_reference": request.reference,
            "back_urls": {"success": request.return_url, "pending": request.return_url, "failure": request.return_url},
        }
        found = self._ask("preference", "create", preference, key=request.idempotency_key)
        return Checkout(id=str(found["id"]), url=str(found["init_point" if self.is_live else "sandbox_init_point"]))

    def fetch_payment(self, payment_id: str) -> FetchedPayment:
        return read_payment(self._ask("payment", "get", payment_id))

    def find_payments(self, *, topic: str, data_id: str) -> list[str]:
        if not data_id:
            return []
        if topic == "payment":
            return [data_id]
        if topic == "topic_chargebacks_wh":
            payments = self._ask("chargeback", "get", data_id).get("payments") or []
            return [str(one.get("id") if isinstance(one, dict) else one) for one in payments]
        return []

    def list_payments_of(self, reference: str) -> list[str]:
        return self._search({"external_reference": reference})

    def list_recent(self, *, since: datetime, until: datetime) -> list[str]:
        window = {"range": "date_last_updated", "begin_date": since.isoformat(), "end_date": until.isoformat()}
        return self._search({**window, "sort": "date_last_updated", "criteria": "asc"})

    def refund(self, *, payment_id: str, amount_minor: int, currency: str, idempotency_key: str) -> FetchedRefund:
        part = {"amount": write_decimal(amount_minor, currency=currency)}
        found = self._ask("refund", "create", payment_id, part, key=idempotency_key)
        return read_refund(found, currency=currency)

    def create_subscription(self, request: CheckoutRequest, *, first_at: datetime | None) -> FetchedSubscription:
        wanted = {
            "reason": request.title,
            "external_reference": request.reference,
            "payer_email": request.payer_email,
            "back_url": request.return_url,
            "status": "pending",
            "auto_recurring": {
                "frequency": 1,
                "frequency_type": "months",
                **({"start_date": first_at.isoformat(timespec="milliseconds")} if first_at else {}),
                "transaction_amount": write_decimal(request.amount_minor, currency=request.currency),
                "currency_id": request.currency,
            },
        }
        return read_subscription(self._ask("preapproval", "create", wanted, key=request.idempotency_key))

    def fetch_subscription(self, subscription_id: str) -> FetchedSubscription:
        return read_subscription(self._ask("preapproval", "get", subscription_id))

    def change_subscription(self, *, subscription_id: str, amount_minor: int, currency: str) -> None:
        amount = write_decimal(amount_minor, currency=currency)
        recurring = {"transaction_amount": amount, "currency_id": currency}
        self._ask("preapproval", "update", subscription_id, {"auto_recurring": recurring})

    def cancel_subscription(self, subscription_id: str) -> FetchedSubscription:
        return read_subscription(self._ask("preapproval", "update", subscription_id, {"status": "cancelled"}))

    def verify_webhook(
        self, *, headers: Mapping[str, str], body: bytes, query: Mapping[str, str], now: datetime
    ) -> Hint:
        secret = settings.MERCADO_PAGO_WEBHOOK_SECRET
        return signature.verify(headers=headers, body=body, query=query, secret=secret, now=now)

    def _search(self, filters: dict[str, Any]) -> list[str]:
        found: list[str] = []
        for page in range(_PAGES):
            answer = self._ask("payment", "search", {**filters, "limit": _PAGE, "offset": page * _PAGE})
            results = answer.get("results") or []
            found += [str(one["id"]) for one in results]
            if len(results) < _PAGE:
                return found
        raise ProviderRefused("More payments than one poll reads: shorten the window.")

    def _ask(self, resource: str, method: str, *arguments: Any, key: str = "") -> dict[str, Any]:
        """Call one method of the SDK; its import takes a while, so it comes with the first call."""
        if not settings.MERCADO_PAGO_ACCESS_TOKEN:
            raise ProviderNotConfigured("MERCADO_PAGO_ACCESS_TOKEN is not set.")
        import mercadopago
        from mercadopago.config import RequestOptions

        from billing.clients.mercado_pago.transport import Transport, require  # imports the SDK

        sdk = mercadopago.SDK(settings.MERCADO_PAGO_ACCESS_TOKEN, http_client=Transport())
        options = RequestOptions(
            access_token=settings.MERCADO_PAGO_ACCESS_TOKEN,
            custom_headers={"x-idempotency-key": key} if key else None,
            max_retries=0,
        )
        return require(getattr(getattr(sdk, resource)(), method)(*arguments, request_options=options))
