import urllib.request
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from billing.models import PaymentIntent
from billing.services import held_funds
from billing.services.payments.inbox import process_payment_webhook
from billing.services.payments.sending import open_checkout, send_due_refunds
from tests.billing.ledger.conftest import CAMPAIGN, CAUSE, brand, usd
from tests.conftest import NOW
from tests.fakes import mercado_pago
from tests.fakes import stripe as fake_stripe
from tests.fakes.frame import run_gateway
from veri.platform.events.models import Event

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def gateway():
    with run_gateway() as running:
        yield running


@pytest.fixture
def mp(gateway, settings):
    """Mercado Pago on loopback; what it sends waits in the gateway's outbox."""
    settings.MERCADO_PAGO_BASE_URL = f"{gateway.url}/{mercado_pago.HOST}"
    settings.MERCADO_PAGO_ACCESS_TOKEN = mercado_pago.TOKEN
    settings.MERCADO_PAGO_WEBHOOK_SECRET = mercado_pago.SECRET
    settings.MERCADO_PAGO_USER_ID = mercado_pago.COLLECTOR
    settings.PAYMENT_PROVIDER = "mercado_pago"
    return mercado_pago.FakeMercadoPago(gateway, callback="http://testserver/webhooks/payments/mercado_pago")


def ask_for(brand, minor=10_000, **more):
    """Ask a brand for funding and open the checkout."""
    given = {"campaign_ref": CAMPAIGN, "brand": brand, "amount": usd(minor), "actor": None, "now": NOW} | more
    return open_checkout(intent_id=held_funds.request_funding(**given).pk, now=NOW)


def deliver(call):
    """Send one webhook to Veri; return the response."""
    parts = urlsplit(call.url)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items() if name[:2] == "x-"
    }
    headers |= {"HTTP_STRIPE_SIGNATURE": call.headers["stripe-signature"]} if "stripe-signature" in call.headers else {}
    return Client().post(f"{parts.path}?{parts.query}", data=call.body, content_type="application/json", **headers)


def work_off(gateway, now=NOW):
    """Deliver what waits in the outbox, and do what the events ask for until nothing is left."""
    while gateway.outbox or handle_events(now):
        while gateway.outbox:
            assert deliver(gateway.outbox.pop(0)).status_code == 200
        handle_events(now)


def handle_events(now=NOW):
    """Handle webhooks that wait and refunds that are due; return how much there was."""
    waiting = list(Event.objects.filter(name="payment.webhook").order_by("pk"))
    Event.objects.filter(pk__in=[one.pk for one in waiting]).delete()
    for event in waiting:
        process_payment_webhook(webhook_id=event.payload["webhook_id"], now=now)
    return len(waiting) + send_due_refunds(now=now)


def visit(url):
    """Open a page of the fake as the payer's browser would."""
    with urllib.request.urlopen(url) as page:  # noqa: S310  an address of the test's own
        return page.read()


def read_intent(intent):
    return PaymentIntent.objects.get(pk=intent.pk)


__all__ = ["CAMPAIGN", "CAUSE", "LATER", "NOW", "brand", "usd"]


@pytest.fixture
def stripe_account(gateway, settings):
    """Stripe on loopback; what it sends waits in the gateway's outbox."""
    settings.STRIPE_BASE_URL = f"{gateway.url}/{fake_stripe.HOST}"
    settings.STRIPE_API_KEY = fake_stripe.KEY
    settings.STRIPE_WEBHOOK_SECRET = fake_stripe.SECRET
    settings.PAYMENT_PROVIDER = "stripe"
    return fake_stripe.FakeStripe(gateway, callback="http://testserver/webhooks/payments/stripe", clock=lambda: NOW)
