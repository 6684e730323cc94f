"""Both payment providers behind one address. ``python -m tests.fakes.payments --port 9200`` serves them.

A checkout is paid by opening its page. ``POST {url}/control/charge_back?provider=mercado_pago&payment=9000002`` opens a
chargeback (``&outcome=lost`` or ``won`` ends it), ``/control/charge?provider=stripe&subscription=sub_1`` takes what is
due for a month, ``/control/outage?seconds=60`` answers everything with 503 for a while.
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import mercado_pago, stripe
from tests.fakes.frame import Asked, Gateway, Reply, run_gateway

MP_OUTCOMES = {"open": "in_process", "lost": "settled", "won": "reimbursed"}
STRIPE_OUTCOMES = {"open": "needs_response", "lost": "lost", "won": "won"}


@dataclass
class Payments:
    gateway: Gateway
    mercado_pago: mercado_pago.FakeMercadoPago
    stripe: stripe.FakeStripe


@contextmanager
def run_payments(*, port: int = 0, veri: str = "") -> Iterator[Payments]:
    """Serve both until the block ends; with Veri's address their webhooks are sent there."""
    with run_gateway(port=port) as gateway:
        gateway.sends = bool(veri)
        hook = f"{veri}/webhooks/payments" if veri else ""
        payments = Payments(
            gateway=gateway,
            mercado_pago=mercado_pago.FakeMercadoPago(gateway, callback=hook and f"{hook}/mercado_pago"),
            stripe=stripe.FakeStripe(gateway, callback=hook and f"{hook}/stripe"),
        )
        Control(payments)
        yield payments


class Control:
    """What a demonstration may do to payments from outside."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments
        self._away_until = 0.0
        for host in (mercado_pago.HOST, stripe.HOST):
            payments.gateway.hosts[host] = self._guard(payments.gateway.hosts[host])
        payments.gateway.hosts["control"] = self._answer

    def _guard(self, usual: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
        return lambda asked: Reply(503, {}) if time.monotonic() < self._away_until else usual(asked)

    def _answer(self, asked: Asked) -> Reply:
        acts = {"/charge_back": self._charge_back, "/charge": self._charge, "/outage": self._go_away}
        if asked.method != "POST" or asked.path not in acts:
            return Reply(404, {"error": f"POST one of {', '.join(acts)}"})
        try:
            return Reply(200, acts[asked.path](asked.query))
        except KeyError as error:
            return Reply(404, {"error": f"there is no {error}"})

    def _charge_back(self, query: dict[str, str]) -> dict[str, Any]:
        payment, outcome = query["payment"], query.get("outcome", "open")
        if query.get("provider") == "stripe":
            self._payments.stripe.dispute(payment, STRIPE_OUTCOMES[outcome])
        else:
            self._payments.mercado_pago.charge_back(payment, MP_OUTCOMES[outcome])
        return {"payment": payment, "outcome": outcome}

    def _charge(self, query: dict[str, str]) -> dict[str, Any]:
        fake: Any = self._payments.stripe if query.get("provider") == "stripe" else self._payments.mercado_pago
        return {"payment": fake.charge_subscription(query["subscription"])["id"]}

    def _go_away(self, query: dict[str, str]) -> dict[str, Any]:
        self._away_until = time.monotonic() + float(query.get("seconds", "60"))
        return {"away": query.get("seconds", "60")}


def list_variables(url: str) -> dict[str, str]:
    """Return the environment that points Veri at the fakes."""
    return {
        "MERCADO_PAGO_BASE_URL": f"{url}/{mercado_pago.HOST}",
        "MERCADO_PAGO_ACCESS_TOKEN": mercado_pago.TOKEN,
        "MERCADO_PAGO_WEBHOOK_SECRET": mercado_pago.SECRET,
        "MERCADO_PAGO_USER_ID": mercado_pago.COLLECTOR,
        "STRIPE_BASE_URL": f"{url}/{stripe.HOST}",
        "STRIPE_API_KEY": stripe.KEY,
        "STRIPE_WEBHOOK_SECRET": stripe.SECRET,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.payments", description=__doc__)
    known = urlsplit(os.environ.get("STRIPE_BASE_URL", ""))
    parser.add_argument("--port", type=int, default=known.port or 9200, help="that of STRIPE_BASE_URL, or 9200")
    veri = os.environ.get("PUBLIC_URL") or "http://127.0.0.1:8000"
    parser.add_argument("--veri", default=veri, help="where webhooks are sent; by default PUBLIC_URL, or port 8000")
    parser.add_argument("--environment", action="store_true", help="print what points Veri at them, and end")
    chosen = parser.parse_args()
    if chosen.environment:
        _print_environment(f"http://127.0.0.1:{chosen.port}")
        return
    with run_payments(port=chosen.port, veri=chosen.veri) as payments:
        _print_environment(payments.gateway.url)
        threading.Event().wait()


def _print_environment(url: str) -> None:
    for name, value in list_variables(url).items():
        sys.stdout.write(f"{name}={value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
