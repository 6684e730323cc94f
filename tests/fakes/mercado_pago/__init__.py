"""Mercado Pago: preferences, a checkout that pays when it is opened, payments, refunds, chargebacks, preapprovals."""

import hashlib
import hmac
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.frame import Asked, CallBack, Gateway, Reply
from tests.fakes.idempotency import KeyMemory

HOST, CHECKOUT = "api.mercadopago.com", "www.mercadopago.com"
TOKEN, SECRET, COLLECTOR = "TEST-token", "test-secret", "123456"
SECOND = 1000


def sign(manifest: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), manifest.encode(), hashlib.sha256).hexdigest()


@dataclass
class FakeMercadoPago:
    """The account of one seller. ``callback`` is where webhooks go; without one none are made."""

    gateway: Gateway
    callback: str = ""
    clock: Callable[[], datetime] = lambda: datetime.now(tz=UTC)
    preferences: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    preapprovals: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(9_000_001))

    def __post_init__(self) -> None:
        self.keys = KeyMemory(header="x-idempotency-key", conflict=409)
        self.gateway.hosts[HOST] = lambda asked: self.keys.answer(asked, self._answer)
        self.gateway.hosts[CHECKOUT] = self._open_checkout

    def _answer(self, asked: Asked) -> Reply:
        if asked.bearer != TOKEN:
            return Reply(401, {"message": "invalid access token", "error": "unauthorized"})
        for method, pattern, act in (
            ("POST", r"/checkout/preferences", self._create_preference),
            ("GET", r"/v1/payments/search", self._search),
            ("GET", r"/v1/payments/(\w+)", self._get_payment),
            ("POST", r"/v1/payments/(\w+)/refunds", self._refund),
            ("GET", r"/v1/chargebacks/(\w+)", lambda _asked, pk: Reply(200, {"id": pk, "payments": [int(pk[2:])]})),
            ("POST", r"/preapproval", self._create_preapproval),
            ("GET", r"/preapproval/(\w+)", lambda _asked, pk: self._get(self.preapprovals, pk)),
            ("PUT", r"/preapproval/(\w+)", self._update_preapproval),
        ):
            found = re.fullmatch(pattern, asked.path)
            if found and asked.method == method:
                return act(asked, *found.groups())
        return Reply(404, {"message": "not found"})

    def _get(self, rows: dict[str, dict[str, Any]], key: str) -> Reply:
        return Reply(200, rows[key]) if key in rows else Reply(404, {"message": "not found"})

    def _create_preference(self, asked: Asked) -> Reply:
        key = f"{COLLECTOR}-{next(self.ids)}"
        url = f"{self.gateway.url}/{CHECKOUT}/checkout/{key}"
        self.preferences[key] = {**asked.json, "id": key, "init_point": url, "sandbox_init_point": url}
        return Reply(201, self.preferences[key])

    def _open_checkout(self, asked: Asked) -> Reply:
        """Pay a preference, or consent to a preapproval: opening the page is enough."""
        kind, key = asked.path.strip("/").split("/")
        if kind == "consent" and key in self.preapprovals:
            self.preapprovals[key]["status"] = "authorized"
            self.notify("subscription_preapproval", key)
            return Reply(200, {"consented": key})
        if key not in self.preferences:
            return Reply(404, {"message": "not found"})
        paid = self.pay(key)
        return Reply(200, {"paid": paid["id"], "back": self.preferences[key]["back_urls"]["success"]})

    def pay(self, preference_id: str, **changes: Any) -> dict[str, Any]:
        """Pay a preference as a payer would, and tell of it."""
        preference = self.preferences[preference_id]
        (item,) = preference["items"]
        return self.add_payment(
            **{
                "transaction_amount": item["unit_price"] * item["quantity"],
                "currency_id": item["currency_id"],
                "external_reference": preference["external_reference"],
                **changes,
            }
        )

    def add_payment(self, *, tells: bool = True, **values: Any) -> dict[str, Any]:
        key = next(self.ids)
        self.payments[str(key)] = {
            "id": key, "status": "approved", "status_detail": "accredited", "collector_id": int(COLLECTOR),
            "live_mode": False, "fee_details": [], "refunds": [], "transaction_amount_refunded": 0, "metadata": {},
            "date_last_updated": self.clock().isoformat(), **values,
        }  # fmt: skip
        if tells:
            self.notify("payment", str(key))
        return self.payments[str(key)]

    def change(self, payment_id: Any, **values: Any) -> None:
        """Change a payment and tell of it."""
        self.payments[str(payment_id)] |= {**values, "date_last_updated": self.clock().isoformat()}
        self.notify("payment", str(payment_id))

    def charge_back(self, payment_id: Any, detail: str = "in_process") -> None:
        """Open a chargeback, or end it: ``settled`` is lost to the payer, ``reimbursed`` came back."""
        self.payments[str(payment_id)] |= {"status": "charged_back", "status_detail": detail}
        self.notify("topic_chargebacks_wh", f"cb{payment_id}")

    def charge_subscription(self, preapproval_id: str, **changes: Any) -> dict[str, Any]:
        """Take a month's amount of a preapproval."""
        found = self.preapprovals[preapproval_id]
        return self.add_payment(
            **{
                "transaction_amount": found["auto_recurring"]["transaction_amount"],
                "currency_id": found["auto_recurring"]["currency_id"],
                "external_reference": found["external_reference"],
                "metadata": {"preapproval_id": preapproval_id},
                **changes,
            }
        )

    def _search(self, asked: Asked) -> Reply:
        rows = list(self.payments.values())
        if reference := asked.query.get("external_reference"):
            rows = [one for one in rows if one["external_reference"] == reference]
        if begin := asked.query.get("begin_date"):
            window = (datetime.fromisoformat(begin), datetime.fromisoformat(asked.query["end_date"]))
            rows = [one for one in rows if window[0] <= datetime.fromisoformat(one["date_last_updated"]) <= window[1]]
        first, many = int(asked.query.get("offset", 0)), int(asked.query.get("limit", 30))
        return Reply(200, {"paging": {"total": len(rows)}, "results": rows[first : first + many]})

    def _get_payment(self, _asked: Asked, key: str) -> Reply:
        return self._get(self.payments, key)

    def _refund(self, asked: Asked, key: str) -> Reply:
        payment = self.payments.get(key)
        if payment is None:
            return Reply(404, {"message": "not found"})
        amount = asked.json.get("amount", payment["transaction_amount"])
        left = payment["transaction_amount"] - payment["transaction_amount_refunded"]
        if payment["status"] != "approved" or amount > left:
            return Reply(400, {"message": "The payment cannot be refunded like that."})
        refund = {"id": next(self.ids), "payment_id": int(key), "amount": amount, "status": "approved"}
        self.add_refund(key, refund)
        return Reply(201, refund)

    def add_refund(self, payment_id: Any, refund: dict[str, Any]) -> None:
        payment = self.payments[str(payment_id)]
        payment["refunds"] = [*payment["refunds"], refund]
        total = round(payment["transaction_amount_refunded"] + refund["amount"], 2)
        status = "refunded" if total == payment["transaction_amount"] else payment["status"]
        self.change(payment_id, transaction_amount_refunded=total, status=status)

    def _create_preapproval(self, asked: Asked) -> Reply:
        key = f"pre{next(self.ids)}"
        url = f"{self.gateway.url}/{CHECKOUT}/consent/{key}"
        self.preapprovals[key] = {**asked.json, "id": key, "status": "pending", "init_point": url}
        return Reply(201, self.preapprovals[key])

    def _update_preapproval(self, asked: Asked, key: str) -> Reply:
        if key not in self.preapprovals:
            return Reply(404, {"message": "not found"})
        changed = dict(asked.json)
        recurring = {**self.preapprovals[key]["auto_recurring"], **changed.pop("auto_recurring", {})}
        self.preapprovals[key] |= {**changed, "auto_recurring": recurring}
        return Reply(200, self.preapprovals[key])

    def notify(self, topic: str, data_id: str, **signing: Any) -> CallBack | None:
        """Make a signed webhook; kept in the gateway's outbox unless it sends."""
        if not self.callback:
            return None
        call = self.build_webhook(topic, data_id, **signing)
        self.gateway.call_back(call)
        return call

    def build_webhook(
        self, topic: str, data_id: str, *, request_id: str = "", secret: str = SECRET, ts: str = "", form: str = ""
    ) -> CallBack:
        """Return a signed delivery; ``form`` is the id as it is signed where that is not how it is sent."""
        request_id = request_id or f"req-{next(self.ids)}"
        ts = ts or str(int(self.clock().timestamp() * SECOND))
        signature = sign(f"id:{form or data_id};request-id:{request_id};ts:{ts};", secret)
        return CallBack(
            method="POST",
            url=f"{self.callback}?data.id={data_id}&type={topic}",
            headers={
                "content-type": "application/json",
                "x-signature": f"ts={ts},v1={signature}",
                "x-request-id": request_id,
            },
            body=json.dumps({"type": topic, "action": "updated", "data": {"id": data_id}}).encode(),
        )
