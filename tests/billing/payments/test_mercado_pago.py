import pytest

from billing.clients.payments import CheckoutRequest, PaymentStatus, ProviderRefused, ProviderUnavailable, get_provider
from billing.models import Account, Chargeback, PaymentIntent, PaymentWebhook, ProviderPayment, Refund, Transfer
from billing.services import held_funds
from billing.services.payments.inbox import process_payment_webhook
from billing.services.payments.polling import poll_providers
from billing.services.payments.sending import open_checkout, send_due_refunds, synchronise_intent
from tests.billing.ledger.conftest import post
from tests.billing.payments.conftest import (
    CAMPAIGN,
    CAUSE,
    LATER,
    NOW,
    ask_for,
    deliver,
    handle_events,
    read_intent,
    usd,
    visit,
    work_off,
)
from tests.fakes.frame import drop, drop_after, reply
from veri.platform.events.models import Event
from veri.platform.events.registry import find_subscriber
from veri.platform.ops.models import Notification

pytestmark = pytest.mark.django_db
PAYMENTS = "GET api.mercadopago.com/v1/payments"


@pytest.fixture(autouse=True)
def _clock(mp, settings):
    mp.clock = lambda: NOW
    settings.ALERT_EMAILS = ["desk@veri.example"]


@pytest.fixture(autouse=True)
def _frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


def balances():
    rows = Account.objects.exclude(posted_minor=0).values_list("kind", "posted_minor")
    return dict(rows)


def test_brand_pays_and_the_money_is_held_once(mp, gateway, brand):
    intent = ask_for(brand)
    visit(intent.checkout_url)
    work_off(gateway)
    assert (read_intent(intent).state, balances()) == ("paid", {"psp_clearing": -10_000, "held_funds": 10_000})
    payment = ProviderPayment.objects.get()
    assert (payment.state, payment.is_credited, payment.is_held, payment.quarantine) == (3, True, True, "")
    assert Event.objects.filter(name="campaign.funded").count() == 1
    transfer = Transfer.objects.get()
    assert (transfer.cause_kind, transfer.cause_reference) == ("webhook", f"webhook {PaymentWebhook.objects.get().pk}")


def test_checkout_carries_our_key_and_a_second_call_makes_no_second_one(mp, gateway, brand):
    intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(1_050), actor=None, now=NOW)
    gateway.script("POST api.mercadopago.com/checkout/preferences", drop_after)
    with pytest.raises(ProviderUnavailable):
        open_checkout(intent_id=intent.pk, now=NOW)
    assert read_intent(intent).state == "requested"
    opened = open_checkout(intent_id=intent.pk, now=NOW)
    again = open_checkout(intent_id=intent.pk, now=NOW)
    asked = gateway.list_asked("POST api.mercadopago.com/checkout/preferences")
    assert {one.headers["x-idempotency-key"] for one in asked} == {str(intent.idempotency_key)}
    assert (len(asked), len(mp.preferences), opened.checkout_id) == (2, 1, again.checkout_id)
    assert mp.preferences[opened.checkout_id]["items"][0]["unit_price"] == 10.5


def test_duplicates_replays_and_new_deliveries_of_the_same_credit_once(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    (call,) = gateway.outbox
    assert [deliver(call).status_code for _ in range(3)] == [200, 200, 200]
    assert PaymentWebhook.objects.count() == 1
    gateway.outbox.append(mp.build_webhook("payment", str(paid["id"])))
    work_off(gateway)
    assert (PaymentWebhook.objects.count(), Transfer.objects.count()) == (2, 1)


def test_return_before_the_webhook_and_after_it_credits_once(mp, gateway, brand):
    intent = ask_for(brand)
    mp.pay(intent.checkout_id)
    for _ in range(2):
        assert synchronise_intent(intent_id=intent.pk, cause=CAUSE, now=NOW).state == "paid"
    work_off(gateway)
    assert synchronise_intent(intent_id=intent.pk, cause=CAUSE, now=NOW).state == "paid"
    assert (Transfer.objects.count(), Event.objects.filter(name="campaign.funded").count()) == (1, 1)


def test_older_news_never_takes_a_state_back(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    mp.change(paid["id"], status="pending")
    work_off(gateway)
    assert (ProviderPayment.objects.get().state, balances()["held_funds"]) == (PaymentStatus.APPROVED, 10_000)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"transaction_amount": 1}, "amount"),
        ({"transaction_amount": 100.01}, "amount"),
        ({"currency_id": "BRL"}, "currency"),
        ({"collector_id": 7}, "collector"),
        ({"live_mode": True}, "live mode"),
        ({"external_reference": "somebody-else"}, "reference"),
    ],
)
def test_payment_that_is_not_what_was_asked_for_is_quarantined(mp, gateway, brand, changes, word):
    intent = ask_for(brand)
    mp.pay(intent.checkout_id, **changes)
    work_off(gateway)
    payment = ProviderPayment.objects.get()
    assert word in payment.quarantine
    assert (payment.is_credited, balances(), read_intent(intent).state) == (False, {}, "open")
    assert "quarantined" in Notification.objects.get().subject


def test_amount_with_a_fraction_of_a_cent_is_refused(mp, gateway, brand):
    intent = ask_for(brand)
    mp.pay(intent.checkout_id, transaction_amount=100.005)
    work_off(gateway)
    assert (PaymentWebhook.objects.get().state, balances()) == ("failed", {})


def test_forged_webhook_writes_nothing(mp, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    forged = mp.build_webhook("payment", str(paid["id"]), secret="guessed")
    response = deliver(forged)
    assert (response.status_code, response.json()["reason"]) == (403, "bad_signature")
    assert PaymentWebhook.objects.count() == ProviderPayment.objects.count() == 0


def test_second_payment_of_one_intent_is_refunded_and_the_first_stays(mp, gateway, brand):
    intent = ask_for(brand)
    first, second = mp.pay(intent.checkout_id), mp.pay(intent.checkout_id)
    work_off(gateway)
    assert [mp.payments[str(one["id"])]["status"] for one in (first, second)] == ["approved", "refunded"]
    assert balances() == {"psp_clearing": -10_000, "held_funds": 10_000}
    assert Refund.objects.get().state == "done"


def test_late_payment_of_a_closed_campaign_belongs_to_the_brand(mp, gateway, brand):
    intent = ask_for(brand)
    held_funds.close_funds(campaign_ref=CAMPAIGN, cause=CAUSE, now=NOW)
    mp.pay(intent.checkout_id)
    work_off(gateway)
    assert balances() == {"psp_clearing": -10_000, "brand_funding": 10_000}


def test_refund_goes_through_the_payment_once_whoever_tells_first(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(2_550), cause=CAUSE, now=NOW)
    assert balances() == {"psp_clearing": -10_000, "held_funds": 7_450, "brand_funding": 2_550}
    work_off(gateway)
    assert balances() == {"psp_clearing": -7_450, "held_funds": 7_450}
    assert mp.payments[str(paid["id"])]["transaction_amount_refunded"] == 25.5
    assert send_due_refunds(now=LATER) == 0


def test_refund_whose_answer_was_lost_is_made_once(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(1_000), cause=CAUSE, now=NOW)
    gateway.script(f"POST api.mercadopago.com/v1/payments/{paid['id']}/refunds", drop_after)
    gateway.outbox.clear()
    assert send_due_refunds(now=NOW) == 0
    assert send_due_refunds(now=LATER) == 1
    assert len(mp.payments[str(paid["id"])]["refunds"]) == 1
    assert balances() == {"psp_clearing": -9_000, "held_funds": 9_000}


def test_provider_away_for_an_hour_loses_nothing(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    (call,) = gateway.outbox
    deliver(call)
    place = f"{PAYMENTS}/{paid['id']}"
    gateway.script(place, drop, reply(503), reply(500))
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            process_payment_webhook(webhook_id=PaymentWebhook.objects.get().pk, now=NOW)
    assert (PaymentWebhook.objects.get().state, balances()) == ("pending", {})
    assert poll_providers(now=LATER) == 1
    assert balances()["held_funds"] == 10_000
    handle_events(LATER)
    assert (PaymentWebhook.objects.get().state, Transfer.objects.count()) == ("processed", 1)


def test_refused_refund_stays_with_the_brand_with_a_notice(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    gateway.script(f"POST api.mercadopago.com/v1/payments/{paid['id']}/refunds", reply(400, {"message": "too late"}))
    held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(1_000), cause=CAUSE, now=NOW)
    work_off(gateway)
    assert (Refund.objects.get().state, balances()["brand_funding"]) == ("failed", 1_000)
    assert "refused" in Notification.objects.get().subject


def test_fee_of_the_provider_is_noted_once(mp, gateway, brand):
    intent = ask_for(brand)
    fee = [{"type": "mercadopago_fee", "amount": 4.99, "fee_payer": "collector"}]
    paid = mp.pay(intent.checkout_id, fee_details=fee)
    mp.change(paid["id"])
    work_off(gateway)
    assert balances() == {"psp_clearing": -9_501, "psp_fees": -499, "held_funds": 10_000}


def plan(creator, gross=6_000, milestone_ref=1):
    return held_funds.plan_release(
        campaign_ref=CAMPAIGN, milestone_ref=milestone_ref, creator=creator, gross=usd(gross), fee_minor=600,
        tax_minor=100, release_at=NOW, cause=CAUSE, now=NOW,
    )  # fmt: skip


def test_chargeback_won_ends_where_it_began(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    mp.charge_back(paid["id"])
    work_off(gateway)
    assert balances() == {"held_funds": 10_000, "disputes": -10_000}
    funds = held_funds.accounts.CampaignFunds.objects.get()
    assert (funds.is_frozen, funds.freeze_reason) == (True, f"Chargeback payment-{paid['id']}.")
    mp.charge_back(paid["id"], "reimbursed")
    work_off(gateway)
    funds.refresh_from_db()
    assert (balances(), funds.is_frozen) == ({"psp_clearing": -10_000, "held_funds": 10_000}, False)
    assert Chargeback.objects.get().state == "won"


def test_chargeback_lost_after_a_release_leaves_the_creator_owing(mp, gateway, brand, creator):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    plan(creator)
    held_funds.release_held(campaign_ref=CAMPAIGN, milestone_ref=1, cause=CAUSE, now=NOW)
    plan(creator, gross=3_000, milestone_ref=2)
    for detail in ("in_process", "settled", "settled"):
        mp.charge_back(paid["id"], detail)
        work_off(gateway)
    assert balances() == {}
    assert Chargeback.objects.get().state == "lost"
    told = Event.objects.filter(name="payment.disputed").order_by("pk").values_list("payload", flat=True)
    assert [one["state"] for one in told] == ["open", "lost"]


def test_chargeback_after_a_payout_makes_the_creator_negative(mp, gateway, brand, creator):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    plan(creator, gross=10_000)
    held_funds.release_held(campaign_ref=CAMPAIGN, milestone_ref=1, cause=CAUSE, now=NOW)
    take_out = Account.objects.get(kind="creator_payable"), Account.objects.get(kind="psp_clearing")
    post("paid-out", take_out, 9_300)
    mp.charge_back(paid["id"], "settled")
    work_off(gateway)
    assert balances() == {"creator_payable": -9_300, "psp_clearing": 9_300}


def test_refund_made_at_the_provider_is_found(mp, gateway, brand):
    intent = ask_for(brand)
    paid = mp.pay(intent.checkout_id)
    work_off(gateway)
    mp.add_refund(paid["id"], {"id": 77, "amount": 30, "status": "approved"})
    work_off(gateway)
    assert (Refund.objects.get().refund_id, balances()) == ("77", {"psp_clearing": -7_000, "held_funds": 7_000})


def test_subscription_is_asked_for_changed_and_cancelled(mp, gateway):
    provider = get_provider("mercado_pago")
    asked = CheckoutRequest(reference="r", idempotency_key="k", amount_minor=990, currency="USD", title="Plus")
    made = provider.create_subscription(asked, first_at=NOW)
    assert (made.state, mp.preapprovals[made.id]["auto_recurring"]["transaction_amount"]) == ("pending", 9.9)
    visit(made.url)
    assert provider.fetch_subscription(made.id).state == "active"
    provider.change_subscription(subscription_id=made.id, amount_minor=1_990, currency="USD")
    assert mp.preapprovals[made.id]["auto_recurring"]["transaction_amount"] == 19.9
    assert provider.cancel_subscription(made.id).state == "cancelled"
    with pytest.raises(ProviderRefused):
        provider.fetch_subscription("unknown")


def test_intent_of_nobody_is_left_alone(mp, gateway, brand):
    ask_for(brand)
    gateway.outbox.append(mp.build_webhook("payment", "404404"))
    work_off(gateway)
    assert (PaymentWebhook.objects.get().state, PaymentIntent.objects.get().state) == ("failed", "open")


def test_refused_and_impossible_requests_are_asked_once_with_a_notice(mp, gateway, brand, settings):
    intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(900), actor=None, now=NOW)
    handle = find_subscriber(event="payment.requested", name="billing.checkout").handle
    gateway.script("POST api.mercadopago.com/checkout/preferences", reply(400, {"message": "no such currency"}), drop)
    handle(payload={"payment": intent.pk})
    assert "refused" in Notification.objects.get().subject
    with pytest.raises(ProviderUnavailable):
        handle(payload={"payment": intent.pk})
    settings.MERCADO_PAGO_ACCESS_TOKEN = ""
    handle(payload={"payment": intent.pk})
    assert (read_intent(intent).state, Notification.objects.count()) == ("requested", 1)
