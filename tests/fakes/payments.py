"""Mercado Pago and Stripe behind one address. ``python -m tests.fakes.payments --port 9200`` serves empty accounts.

Opening a checkout's address pays it, and the webhook is sent to ``--veri``.
"""

import argparse
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.fakes import mercado_pago, stripe
from tests.fakes.frame import Gateway, run_gateway


@dataclass
class Payments:
    gateway: Gateway
    mercado_pago: mercado_pago.FakeMercadoPago
    stripe: stripe.FakeStripe


@contextmanager
def run_payments(*, port: int = 0, veri: str = "") -> Iterator[Payments]:
    """Serve both providers until the block ends; webhooks go below ``veri``."""
    with run_gateway(port=port) as gateway:
        gateway.sends = bool(veri)
        yield Payments(
            gateway=gateway,
            mercado_pago=mercado_pago.FakeMercadoPago(gateway, callback=f"{veri}/webhooks/payments/mercado_pago"),
            stripe=stripe.FakeStripe(gateway, callback=f"{veri}/webhooks/payments/stripe"),
        )


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
    known = urlsplit(os.environ.get("MERCADO_PAGO_BASE_URL", ""))
    parser.add_argument("--port", type=int, default=known.port or 9200, help="that of MERCADO_PAGO_BASE_URL, or 9200")
    parser.add_argument("--veri", default=os.environ.get("PUBLIC_URL") or "http://127.0.0.1:8000")
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
