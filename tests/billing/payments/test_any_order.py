"""Deliveries in any order, any number of times, some of them never: the end is the same."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Account, Refund
from billing.payment_errors import InsufficientFunds
from billing.queries.ledger.checks import list_backings, list_wrong_balances
from billing.services import held_funds
from billing.services.payments.polling import poll_providers
from billing.services.payments.sending import open_checkout, send_due_refunds, synchronise_payment
from tests.billing.payments.conftest import CAMPAIGN, CAUSE, LATER, NOW, ask_for, deliver, handle_events, usd
from tests.billing.test_concurrency import run_at_once


def balances():
    return dict(Account.objects.exclude(posted_minor=0).values_list("kind", "posted_minor"))


class World:
    """What an example needs, with a short name: hypothesis writes down whatever it is given."""

    def __init__(self, *, mp, gateway, brand):
        self.mp, self.gateway, self.brand = mp, gateway, brand

    def __repr__(self):
        return "world"


@pytest.fixture
def world(mp, gateway, brand, time_machine):
    time_machine.move_to(NOW, tick=False)
    mp.clock = lambda: NOW
    return World(mp=mp, gateway=gateway, brand=brand)


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 5), max_size=10), pauses=st.integers(1, 3))
def test_deliveries_in_any_order_end_alike(order, pauses, world):
    mp, gateway = world.mp, world.gateway
    start = transaction.savepoint()
    gateway.outbox.clear()
    mp.payments.clear()
    intent = ask_for(world.brand)
    paid = mp.pay(intent.checkout_id)
    twice = mp.pay(intent.checkout_id)
    fee = [{"type": "fee", "amount": 3.5, "fee_payer": "collector"}]
    mp.change(paid["id"], fee_details=fee)
    mp.add_refund(paid["id"], {"id": 71, "amount": 20, "status": "approved"})
    mp.charge_back(paid["id"])
    mp.charge_back(paid["id"], "reimbursed")
    calls = list(gateway.outbox)
    for number, position in enumerate(order):
        deliver(calls[position])
        if number % pauses == 0:
            handle_events()
    poll_providers(now=LATER)
    handle_events(LATER)
    # Whichever of the two came first is held; the other one went back, and what was found there is explained.
    assert list_wrong_balances() == []
    assert all(one.at_provider == one.recorded for one in list_backings())
    assert balances()["psp_fees"] == -350
    assert sum(balances().get(kind, 0) for kind in ("held_funds", "brand_funding")) == 8_000 + _still_to_refund(
        mp, twice
    )
    transaction.savepoint_rollback(start)


def _still_to_refund(mp, twice):
    """Return what of the second payment is not back yet: a payment in a dispute cannot be refunded."""
    return 0 if mp.payments[str(twice["id"])]["status"] == "refunded" else 10_000


@pytest.mark.django_db(transaction=True)
def test_refunds_and_news_of_the_same_payment_at_once_do_not_block_each_other(mp, gateway, brand):
    with transaction.atomic():
        intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(10_000), actor=None, now=NOW)
    paid = mp.pay(open_checkout(intent_id=intent.pk, now=NOW).checkout_id)
    synchronise_payment(payment_id=str(paid["id"]), provider="mercado_pago", cause=CAUSE, now=NOW)

    def work(number):
        if number % 2:
            return synchronise_payment(payment_id=str(paid["id"]), provider="mercado_pago", cause=CAUSE, now=NOW)
        with transaction.atomic():
            return held_funds.refund_held(
                campaign_ref=CAMPAIGN, amount=usd(3_000), cause=CAUSE, now=NOW, key=str(number)
            )

    outcomes = run_at_once(10, work)
    assert sum(isinstance(one, InsufficientFunds) for one in outcomes) == 2
    assert sum(isinstance(one, Exception) for one in outcomes) == 2
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 9_000
    send_due_refunds(now=LATER)
    assert balances() == {"psp_clearing": -1_000, "held_funds": 1_000}
