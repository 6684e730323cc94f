"""Stripe through its SDK: the second adapter, which proves that the interface is one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

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
from billing.clients.stripe import signature
from billing.clients.stripe.calling import call
from billing.clients.stripe.reading import read_payment, read_refund, read_subscription
from billing.payment_enums import Provider

_LIVE = ("sk_live_", "rk_live_")
_MOST = 100
_CHANGES = ["payment_intent.succeeded", "payment_intent.canceled", "charge.refunded", "refund.updated"]
_CHANGES += ["charge.dispute.created", "charge.dispute.closed"]


class Stripe:
    """See ``PaymentProvider``. A payment is a PaymentIntent; the key alone says whose account it is."""

    name = Provider.STRIPE
    collector = ""

    def __init__(self) -> None:
        self.is_live = settings.STRIPE_API_KEY.startswith(_LIVE)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        kept = {"reference": request.reference}
        found = self._ask(
            lambda one, options: one.v1.checkout.sessions.create(
                params={
                    "mode": "payment",
                    "line_items": [_build_line(request)],
                    "client_reference_id": request.reference,
                    "metadata": kept,
                    "payment_intent_data": {"metadata": kept},
                    "success_url": request.return_url,
                },
                options=options,
            ),
            key=request.idempotency_key,
        )
        return Checkout(id=found["id"], url=found["url"])

    def fetch_payment(self, payment_id: str) -> FetchedPayment:
        expanded = {"expand": ["latest_charge.balance_transaction"]}
        found = self._ask(lambda one, options: one.v1.payment_intents.retrieve(payment_id, params=expanded))
        refunds = self._list(lambda one, options: one.v1.refunds.list({"payment_intent": payment_id, "limit": _MOST}))
        disputes = self._list(lambda one, options: one.v1.disputes.list({"payment_intent": payment_id, "limit": 1}))
        invoice = {} if found.get("metadata", {}).get("reference") else self._find_invoice(payment_id)
        return read_payment(found, refunds=refunds, disputes=disputes, invoice=invoice)

    def _find_invoice(self, payment_id: str) -> dict[str, Any]:
        """Return the invoice a subscription's payment is of: the payment itself does not say."""
        about: Any = {
            "payment": {"type": "payment_intent", "payment_intent": payment_id},
            "expand": ["data.invoice"],
        }
        rows = self._list(lambda one, options: one.v1.invoice_payments.list(about))
        return dict(rows[0]["invoice"]) if rows else {}

    def find_payments(self, *, topic: str, data_id: str) -> list[str]:
        return [data_id] if data_id.startswith("pi_") else []

    def list_payments_of(self, reference: str) -> list[str]:
        query = f"metadata['reference']:'{reference}'"
        rows = self._list(lambda one, options: one.v1.payment_intents.search({"query": query, "limit": _MOST}))
        return [str(one["id"]) for one in rows]

    def list_recent(self, *, since: datetime, until: datetime) -> list[str]:
        window = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
        found: dict[str, None] = {}
        after: dict[str, Any] = {}
        while True:
            asked: Any = {"created": window, "types": _CHANGES, "limit": _MOST, **after}
            page = self._ask(lambda one, options, asked=asked: one.v1.events.list(asked))
            found |= dict.fromkeys(signature.find_payment_intent(one) for one in page["data"])
            if not page.get("has_more") or not page["data"]:
                return [one for one in found if one]
            after = {"starting_after": page["data"][-1]["id"]}

    def refund(self, *, payment_id: str, amount_minor: int, currency: str, idempotency_key: str) -> FetchedRefund:
        wanted: Any = {"payment_intent": payment_id, "amount": amount_minor}
        found = self._ask(
            lambda one, options: one.v1.refunds.create(params=wanted, options=options), key=idempotency_key
        )
        return read_refund(found)

    def create_subscription(self, request: CheckoutRequest, *, first_at: datetime | None) -> FetchedSubscription:
        """Return the consent page's session; the subscription's own id comes with its first payment."""
        line = _build_line(request)
        line["price_data"]["recurring"] = {"interval": "month"}
        kept = {"reference": request.reference}
        wanted: Any = {
            "mode": "subscription",
            "line_items": [line],
            "client_reference_id": request.reference,
            "metadata": kept,
            "subscription_data": {"metadata": kept, **({"trial_end": int(first_at.timestamp())} if first_at else {})},
            "success_url": request.return_url,
        }
        if request.payer_email:
            wanted["customer_email"] = request.payer_email
        found = self._ask(
            lambda one, options: one.v1.checkout.sessions.create(params=wanted, options=options),
            key=request.idempotency_key,
        )
        return FetchedSubscription(id=found["id"], state="pending", url=found["url"])

    def fetch_subscription(self, subscription_id: str) -> FetchedSubscription:
        key = self._resolve(subscription_id)
        if not key:
            return FetchedSubscription(id=subscription_id, state="pending")
        return read_subscription(self._ask(lambda one, options: one.v1.subscriptions.retrieve(key)))

    def change_subscription(self, *, subscription_id: str, amount_minor: int, currency: str) -> None:
        key = self._resolve(subscription_id)
        found = self._ask(lambda one, options: one.v1.subscriptions.retrieve(key))
        item = found["items"]["data"][0]
        price = {
            "currency": currency.lower(),
            "product": item["price"]["product"],
            "unit_amount": amount_minor,
            "recurring": {"interval": "month"},
        }
        wanted: Any = {"items": [{"id": item["id"], "price_data": price}], "proration_behavior": "none"}
        self._ask(lambda one, options: one.v1.subscriptions.update(key, params=wanted))

    def cancel_subscription(self, subscription_id: str) -> FetchedSubscription:
        key = self._resolve(subscription_id)
        if not key:
            self._ask(lambda one, options: one.v1.checkout.sessions.expire(subscription_id))
            return FetchedSubscription(id=subscription_id, state="cancelled")
        return read_subscription(self._ask(lambda one, options: one.v1.subscriptions.cancel(key)))

    def verify_webhook(
        self, *, headers: Mapping[str, str], body: bytes, query: Mapping[str, str], now: datetime
    ) -> Hint:
        return signature.verify(headers=headers, body=body, secret=settings.STRIPE_WEBHOOK_SECRET, now=now)

    def _resolve(self, subscription_id: str) -> str:
        """Return a subscription's id, where we have that of the session in which its payer consented."""
        if not subscription_id.startswith("cs_"):
            return subscription_id
        found = self._ask(lambda one, options: one.v1.checkout.sessions.retrieve(subscription_id))
        return str(found.get("subscription") or "")

    def _list(self, method: Any) -> list[dict[str, Any]]:
        page = self._ask(method)
        if page.get("has_more"):
            raise ProviderRefused("More rows than one page of Stripe's has.")
        return list(page["data"])

    def _ask(self, method: Any, *, key: str = "") -> dict[str, Any]:
        if not settings.STRIPE_API_KEY:
            raise ProviderNotConfigured("STRIPE_API_KEY is not set.")
        return call(method, key=key)


def _build_line(request: CheckoutRequest) -> dict[str, Any]:
    return {
        "quantity": 1,
        "price_data": {
            "currency": request.currency.lower(),
            "unit_amount": request.amount_minor,
            "product_data": {"name": request.title},
        },
    }
