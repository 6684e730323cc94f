"""Stripe: checkout sessions that pay when opened, payment intents, refunds, disputes, subscriptions, events."""

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from billing.clients.stripe.signature import sign
from tests.fakes.frame import Asked, CallBack, Gateway, Reply
from tests.fakes.idempotency import KeyMemory

HOST, CHECKOUT = "api.stripe.com", "checkout.stripe.com"
KEY, SECRET = "sk_test_fake", "whsec_fake"


def unfold(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the nested object of a form: ``a[b][0]=c`` is ``{"a": {"b": {"0": "c"}}}``."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        *path, last = re.findall(r"[^\[\]]+", name)
        inner = found
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found


def make_list(rows: list[dict[str, Any]]) -> Reply:
    return Reply(200, {"object": "list", "data": rows, "has_more": False, "url": "/"})


@dataclass
class FakeStripe:
    """One account. ``callback`` is where webhooks go; without one none are made."""

    gateway: Gateway
    callback: str = ""
    clock: Callable[[], datetime] = lambda: datetime.now(tz=UTC)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.keys = KeyMemory(header="idempotency-key", conflict=400)
        self.gateway.hosts[HOST] = lambda asked: self.keys.answer(asked, self._answer)
        self.gateway.hosts[CHECKOUT] = self._open_checkout

    def _answer(self, asked: Asked) -> Reply:
        if asked.bearer != KEY:
            return Reply(401, {"error": {"message": "Invalid API Key", "type": "invalid_request_error"}})
        given = unfold([*asked.pairs, *asked.form.items()])
        for method, pattern, act in (
            ("POST", r"/v1/checkout/sessions", self._create_session),
            ("GET", r"/v1/checkout/sessions/(\w+)", lambda _given, key: self._get(self.sessions, key)),
            ("GET", r"/v1/payment_intents/search", self._search),
            ("GET", r"/v1/payment_intents/(\w+)", lambda _given, key: self._get(self.payments, key)),
            ("POST", r"/v1/refunds", self._refund),
            ("GET", r"/v1/refunds", lambda given: self._list_of(self.refunds, given)),
            ("GET", r"/v1/disputes", lambda given: self._list_of(self.disputes, given)),
            ("GET", r"/v1/invoice_payments", self._list_invoice_payments),
            ("GET", r"/v1/events", self._list_events),
            ("GET", r"/v1/subscriptions/(\w+)", lambda _given, key: self._get(self.subscriptions, key)),
            ("POST", r"/v1/subscriptions/(\w+)", self._change_subscription),
            ("DELETE", r"/v1/subscriptions/(\w+)", self._cancel_subscription),
        ):
            found = re.fullmatch(pattern, asked.path)
            if found and asked.method == method:
                return act(given, *found.groups())
        return Reply(404, {"error": {"message": "Unrecognized request URL", "type": "invalid_request_error"}})

    def _get(self, rows: dict[str, dict[str, Any]], key: str) -> Reply:
        missing = {"error": {"message": f"No such object: {key}", "type": "invalid_request_error"}}
        return Reply(200, rows[key]) if key in rows else Reply(404, missing)

    def _list_of(self, rows: list[dict[str, Any]], given: dict[str, Any]) -> Reply:
        return make_list([one for one in rows if one["payment_intent"] == given["payment_intent"]])

    def _create_session(self, given: dict[str, Any]) -> Reply:
        key = f"cs_{next(self.ids)}"
        url = f"{self.gateway.url}/{CHECKOUT}/{key}"
        self.sessions[key] = {"id": key, "object": "checkout.session", "url": url, "subscription": None, "given": given}
        return Reply(200, self.sessions[key])

    def _open_checkout(self, asked: Asked) -> Reply:
        """Pay a session, or consent to its subscription: opening the page is enough."""
        session = self.sessions.get(asked.path.strip("/"))
        if session is None:
            return Reply(404, b"")
        if session["given"]["mode"] == "payment":
            return Reply(200, {"paid": self.pay(session["id"])["id"]})
        return Reply(200, {"consented": self._consent(session)})

    def pay(self, session_id: str, **changes: Any) -> dict[str, Any]:
        given = self.sessions[session_id]["given"]
        price = given["line_items"]["0"]["price_data"]
        return self.add_payment(
            **{
                "amount": int(price["unit_amount"]),
                "currency": price["currency"],
                "metadata": dict(given["payment_intent_data"]["metadata"]),
                **changes,
            }
        )

    def add_payment(self, **values: Any) -> dict[str, Any]:
        key = f"pi_{next(self.ids)}"
        charge = {"id": f"ch_{key}", "object": "charge", "amount_refunded": 0, "refunded": False}
        charge["balance_transaction"] = {"id": f"txn_{key}", "object": "balance_transaction", "fee": 0}
        self.payments[key] = {
            "id": key, "object": "payment_intent", "status": "succeeded", "livemode": False, "metadata": {},
            "latest_charge": charge, **values,
        }  # fmt: skip
        self.tell("payment_intent.succeeded", self.payments[key])
        return self.payments[key]

    def _search(self, given: dict[str, Any]) -> Reply:
        reference = re.search(r":'([^']*)'", given["query"])[1]
        rows = [one for one in self.payments.values() if one["metadata"].get("reference") == reference]
        return Reply(200, {"object": "search_result", "data": rows, "has_more": False, "url": "/"})

    def _refund(self, given: dict[str, Any]) -> Reply:
        payment = self.payments[given["payment_intent"]]
        charge, amount = payment["latest_charge"], int(given["amount"])
        if charge["amount_refunded"] + amount > payment["amount"]:
            return Reply(400, {"error": {"message": "More than is left.", "type": "invalid_request_error"}})
        refund = {
            "id": f"re_{next(self.ids)}", "object": "refund", "amount": amount, "status": "succeeded",
            "payment_intent": payment["id"],
        }  # fmt: skip
        self.refunds.append(refund)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == payment["amount"]
        self.tell("charge.refunded", {**charge, "payment_intent": payment["id"]})
        return Reply(200, refund)

    def dispute(self, payment_id: str, status: str = "needs_response") -> None:
        """Open a dispute, or move it on."""
        found = next((one for one in self.disputes if one["payment_intent"] == payment_id), None)
        if found is None:
            found = {"id": f"dp_{next(self.ids)}", "object": "dispute", "payment_intent": payment_id}
            self.disputes.append(found | {"amount": self.payments[payment_id]["amount"], "status": status})
            found = self.disputes[-1]
        found["status"] = status
        self.tell(f"charge.dispute.{'closed' if status in ('won', 'lost') else 'created'}", found)

    def _consent(self, session: dict[str, Any]) -> str:
        key, given = f"sub_{next(self.ids)}", session["given"]
        price = given["line_items"]["0"]["price_data"]
        item = {"id": f"si_{key}", "object": "subscription_item", "price": {"object": "price", "product": "prod_1"}}
        self.subscriptions[key] = {
            "id": key, "object": "subscription", "status": "trialing",
            "metadata": given["subscription_data"]["metadata"],
            "amount": int(price["unit_amount"]), "currency": price["currency"],
            "items": {"object": "list", "data": [item], "has_more": False, "url": "/"},
        }  # fmt: skip
        session["subscription"] = key
        return key

    def charge_subscription(self, subscription_id: str, **changes: Any) -> dict[str, Any]:
        """Take a month's amount of a subscription; only its invoice says of whom it is."""
        found = self.subscriptions[subscription_id]
        details = {"subscription": subscription_id, "metadata": found["metadata"]}
        key = f"in_{next(self.ids)}"
        self.invoices[key] = {"id": key, "object": "invoice", "parent": {"subscription_details": details}}
        return self.add_payment(**{"amount": found["amount"], "currency": found["currency"], "invoice": key, **changes})

    def _list_invoice_payments(self, given: dict[str, Any]) -> Reply:
        key = self.payments[given["payment"]["payment_intent"]].get("invoice")
        row = {"id": "inpay_1", "object": "invoice_payment", "invoice": self.invoices.get(key)}
        return make_list([row] if key else [])

    def _change_subscription(self, given: dict[str, Any], key: str) -> Reply:
        self.subscriptions[key]["amount"] = int(given["items"]["0"]["price_data"]["unit_amount"])
        return Reply(200, self.subscriptions[key])

    def _cancel_subscription(self, _given: dict[str, Any], key: str) -> Reply:
        self.subscriptions[key]["status"] = "canceled"
        return Reply(200, self.subscriptions[key])

    def _list_events(self, given: dict[str, Any]) -> Reply:
        low, high = int(given["created"]["gte"]), int(given["created"]["lte"])
        return make_list([one for one in reversed(self.events) if low <= one["created"] <= high])

    def tell(self, kind: str, told: dict[str, Any]) -> None:
        """Note an event and make its signed webhook; kept in the gateway's outbox unless it sends."""
        event = {
            "id": f"evt_{next(self.ids)}", "object": "event", "type": kind, "data": {"object": told},
            "created": int(self.clock().timestamp()),
        }  # fmt: skip
        self.events.append(event)
        if self.callback:
            self.gateway.call_back(self.build_webhook(event))

    def build_webhook(self, event: dict[str, Any], *, secret: str = SECRET, t: str = "") -> CallBack:
        body, t = json.dumps(event).encode(), t or str(int(self.clock().timestamp()))
        signature = f"t={t},v1={sign(t=t, body=body, secret=secret)}"
        headers = {"content-type": "application/json", "stripe-signature": signature}
        return CallBack(method="POST", url=self.callback, headers=headers, body=body)
