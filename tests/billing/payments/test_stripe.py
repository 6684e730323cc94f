"""The second adapter does what the first one does, by the same services."""

from datetime import timedelta

import pytest

from billing.clients.payments import CheckoutRequest, ProviderUnavailable, WebhookRefused, get_provider
from billing.clients.stripe.signature import verify
from billing.models import Account, Chargeback, PaymentWebhook, ProviderPayment, Refund
from billing.services import held_funds
from billing.services.payments.polling import poll_providers
from billing.services.payments.sending import open_checkout, send_due_refunds, synchronise_intent
from tests.billing.payments.conftest import (
    CAMPAIGN,
    CAUSE,
    LATER,
    NOW,
    ask_for,
    deliver,
    read_intent,
    usd,
    visit,
    work_off,
)
from tests.fakes.frame import drop_after
from tests.fakes.stripe import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(time_machine, stripe_account):
    time_machine.move_to(NOW, tick=False)


def balances():
    return dict(Account.objects.exclude(posted_minor=0).values_list("kind", "posted_minor"))


def test_brand_pays_and_duplicates_credit_once(stripe_account, gateway, brand):
    intent = ask_for(brand)
    visit(intent.checkout_url)
    (call,) = gateway.outbox
    assert [deliver(call).status_code for _ in range(2)] == [200, 200]
    work_off(gateway)
    assert synchronise_intent(intent_id=intent.pk, cause=CAUSE, now=NOW).state == "paid"
    assert (PaymentWebhook.objects.count(), balances()) == (1, {"psp_clearing": -10_000, "held_funds": 10_000})
    assert bytes(PaymentWebhook.objects.get().body) == b""


def test_checkout_whose_answer_was_lost_is_made_once(stripe_account, gateway, brand):
    intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(500), actor=None, now=NOW)
    gateway.script("POST api.stripe.com/v1/checkout/sessions", drop_after)
    with pytest.raises(ProviderUnavailable):
        open_checkout(intent_id=intent.pk, now=NOW)
    open_checkout(intent_id=intent.pk, now=NOW)
    asked = gateway.list_asked("POST api.stripe.com/v1/checkout/sessions")
    assert {one.headers["idempotency-key"] for one in asked} == {str(intent.idempotency_key)}
    assert (len(asked), len(stripe_account.sessions)) == (2, 1)


def test_amount_that_differs_is_quarantined(stripe_account, gateway, brand):
    intent = ask_for(brand)
    stripe_account.pay(intent.checkout_id, amount=9_999)
    work_off(gateway)
    assert ("amount" in ProviderPayment.objects.get().quarantine, balances()) == (True, {})


def test_refund_and_lost_dispute_move_the_same_accounts(stripe_account, gateway, brand):
    intent = ask_for(brand)
    paid = stripe_account.pay(intent.checkout_id)
    work_off(gateway)
    held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(2_500), cause=CAUSE, now=NOW)
    gateway.script("POST api.stripe.com/v1/refunds", drop_after)
    assert send_due_refunds(now=NOW) == 0
    work_off(gateway, LATER)
    assert (len(stripe_account.refunds), Refund.objects.get().state) == (1, "done")
    assert balances() == {"psp_clearing": -7_500, "held_funds": 7_500}
    stripe_account.disputes.append(
        {"id": "dp_x", "object": "dispute", "payment_intent": paid["id"], "amount": 7_500, "status": "needs_response"}
    )
    for status in ("warning_needs_response", "needs_response", "lost"):
        stripe_account.dispute(paid["id"], status)
        work_off(gateway)
    assert (balances(), Chargeback.objects.get().state) == ({}, "lost")


def test_poll_finds_what_no_webhook_told(stripe_account, gateway, brand):
    intent = ask_for(brand)
    stripe_account.pay(intent.checkout_id)
    gateway.outbox.clear()
    assert [poll_providers(now=LATER + timedelta(minutes=1)), poll_providers(now=LATER + timedelta(hours=3))] == [1, 0]
    assert read_intent(intent).state == "paid"


def test_any_changed_byte_of_the_body_and_old_deliveries_are_refused(stripe_account):
    call = stripe_account.build_webhook({"id": "evt_1", "type": "x", "data": {"object": {"id": "o"}}})
    headers = {"stripe-signature": call.headers["stripe-signature"]}
    assert verify(headers=headers, body=call.body, secret=SECRET, now=NOW).delivery_id == "evt_1"
    for position in range(len(call.body)):
        changed = call.body[:position] + bytes([call.body[position] ^ 1]) + call.body[position + 1 :]
        with pytest.raises(WebhookRefused, match="bad_signature"):
            verify(headers=headers, body=changed, secret=SECRET, now=NOW)
    with pytest.raises(WebhookRefused, match="too_old"):
        verify(headers=headers, body=call.body, secret=SECRET, now=NOW + timedelta(seconds=301))


def test_subscription_is_consented_charged_changed_and_cancelled(stripe_account):
    provider = get_provider("stripe")
    asked = CheckoutRequest(reference="r-1", idempotency_key="k", amount_minor=990, currency="USD", title="Plus")
    made = provider.create_subscription(asked, first_at=NOW)
    assert provider.fetch_subscription(made.id).state == "pending"
    visit(made.url)
    assert provider.fetch_subscription(made.id).state == "active"
    (key,) = stripe_account.subscriptions
    paid = provider.fetch_payment(stripe_account.charge_subscription(key)["id"])
    assert (paid.reference, paid.subscription_id, paid.amount_minor) == ("r-1", key, 990)
    provider.change_subscription(subscription_id=made.id, amount_minor=1_990, currency="USD")
    assert stripe_account.subscriptions[key]["amount"] == 1_990
    assert provider.cancel_subscription(made.id).state == "cancelled"
