from datetime import UTC, datetime, timedelta

import pytest

from billing.errors import InvalidAmount
from billing.models import Account, Invoice, PaymentIntent, PaymentWebhook, QuotaGrant, Subscription, SubscriptionPeriod
from billing.payment_errors import SubscriptionRefused
from billing.services.plans import advance_subscriptions, cancel_subscription, change_plan, start_subscription
from billing.services.plans.telling import ask_for_consent, remind, tell_provider
from tests.billing.payments.conftest import visit, work_off
from tests.billing.plans.conftest import START, begin, make_version, read
from veri.platform.events.models import Event
from veri.platform.ops.models import Notification

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def at(month, day, hour=9, minute=30):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def periods(subscription):
    rows = subscription.periods.order_by("number")
    return [(one.number, one.starts_at, one.ends_at, one.paid_at is not None) for one in rows]


def pay(account, subscription, when):
    """Let the provider take a month's amount."""
    account.charge_subscription(read(subscription).provider_subscription_id)
    work_off(account.gateway, when)


def grants():
    return [(one.units, one.valid_from, one.expires_at) for one in QuotaGrant.objects.order_by("pk")]


def test_trial_becomes_active_when_the_provider_charges(account, creator):
    subscription = begin(make_version(trial_days=14), creator)
    ends = START + 14 * DAY
    assert (subscription.state, periods(subscription)) == ("trial", [(0, START, ends, True)])
    assert grants() == [(100, START, ends)]
    asked = ask_for_consent(subscription_id=subscription.pk, now=START)
    visit(asked.consent_url)
    assert advance_subscriptions(now=ends - DAY) == 0
    assert (advance_subscriptions(now=ends), advance_subscriptions(now=ends)) == (1, 0)
    pay(account, subscription, ends)
    assert read(subscription).state == "active"
    assert periods(subscription)[1:] == [(1, ends, at(3, 14), True)]
    assert dict(Account.objects.values_list("kind", "posted_minor")) == {"psp_clearing": -2_000, "revenue": 2_000}
    assert grants()[1:] == [(100, ends, at(3, 14))]


def test_second_trial_is_not_given(account, creator):
    version = make_version(trial_days=14)
    subscription = begin(version, creator)
    cancel_subscription(subscription_id=subscription.pk, actor=None, reason="", now=START)
    advance_subscriptions(now=START + 14 * DAY)
    assert read(subscription).state == "cancelled"
    assert begin(version, creator).state == "pending"


def test_month_ends_are_clamped_and_come_back(account, creator):
    subscription = begin(make_version(0), creator)
    for when in (at(2, 28), at(3, 31), at(4, 30)):
        advance_subscriptions(now=when)
    assert [one[2] for one in periods(subscription)] == [at(2, 28), at(3, 31), at(4, 30), at(5, 31)]


def test_periods_follow_the_local_day_and_clock_of_the_account(account, creator):
    """In São Paulo START is the morning of the 31st; in Auckland it is the night of the 31st, with summer time."""
    subscription = begin(make_version(0), creator, zone="Pacific/Auckland")
    for when in (at(2, 28), at(3, 31), at(4, 30, 12)):
        advance_subscriptions(now=when)
    assert [one[2] for one in periods(subscription)] == [at(2, 28), at(3, 31), at(4, 30, 10), at(5, 31, 10)]


def test_charge_a_little_early_pays_the_next_period_and_twice_is_refunded(account, creator):
    subscription = begin(make_version(), creator)
    ask_for_consent(subscription_id=subscription.pk, now=START)
    pay(account, subscription, START)
    early = at(2, 27)
    pay(account, subscription, early)
    assert [one[0] for one in periods(subscription) if one[3]] == [1, 2]
    paid_twice = account.charge_subscription(read(subscription).provider_subscription_id)
    work_off(account.gateway, early)
    assert account.payments[str(paid_twice["id"])]["status"] == "refunded"
    assert Account.objects.get(kind="revenue").posted_minor == 4_000
    assert Invoice.objects.count() == 2


def test_dunning_asks_at_its_days_and_ends(account, creator, owner):
    type(owner).objects.update(email="owner@example.org")
    subscription = begin(make_version(), creator)
    seen = []
    for day in range(1, 10):
        now = START + day * DAY
        if advance_subscriptions(now=now):
            told = Event.objects.filter(name="subscription.dunned").order_by("-pk").first()
            seen.append((day, read(subscription).state, told.payload["step"]))
    assert seen == [(1, "pending", 1), (3, "pending", 2), (5, "pending", 3), (7, "pending", 4), (8, "expired", 4)]
    assert QuotaGrant.objects.count() == 0


def test_unpaid_renewal_is_past_due_until_its_checkout_is_paid(account, creator, owner):
    type(owner).objects.update(email="owner@example.org")
    subscription = begin(make_version(), creator)
    ask_for_consent(subscription_id=subscription.pk, now=START)
    pay(account, subscription, START)
    advance_subscriptions(now=at(2, 28))
    late = at(3, 1)
    assert (advance_subscriptions(now=late), read(subscription).state) == (1, "past_due")
    assert remind(subscription_id=subscription.pk, step=1, now=late)
    assert Notification.objects.filter(recipient="owner@example.org").count() == 1
    intent = PaymentIntent.objects.order_by("-pk").first()
    visit(intent.checkout_url)
    work_off(account.gateway, late)
    assert (read(subscription).state, read(subscription).dunning_steps) == ("active", 0)
    assert not remind(subscription_id=subscription.pk, step=2, now=late)


def test_upgrade_holds_once_its_part_is_paid(account, creator):
    subscription = begin(make_version(3_100), creator)
    ask_for_consent(subscription_id=subscription.pk, now=START)
    pay(account, subscription, START)
    better = make_version(5_900, code="pro", units=500)
    half = START + (at(2, 28) - START) / 2
    charge = change_plan(subscription_id=subscription.pk, version=better, actor=None, now=half)
    again = change_plan(subscription_id=subscription.pk, version=better, actor=None, now=half)
    assert (charge.intent.amount_minor, charge.pk, read(subscription).version.price_minor) == (1_400, again.pk, 3_100)
    from billing.services.payments.sending import open_checkout

    visit(open_checkout(intent_id=charge.intent_id, now=half).checkout_url)
    work_off(account.gateway, half)
    assert read(subscription).version == better
    assert grants()[-1] == (400, half, at(2, 28))
    tell_provider(subscription_id=subscription.pk)
    (preapproval,) = account.preapprovals.values()
    assert preapproval["auto_recurring"]["transaction_amount"] == 59


def test_downgrade_waits_for_the_next_period(account, creator):
    subscription = begin(make_version(3_100), creator)
    ask_for_consent(subscription_id=subscription.pk, now=START)
    pay(account, subscription, START)
    smaller = make_version(900, code="lite", units=10)
    assert change_plan(subscription_id=subscription.pk, version=smaller, actor=None, now=START) is None
    assert read(subscription).version.price_minor == 3_100
    tell_provider(subscription_id=subscription.pk)
    advance_subscriptions(now=at(2, 28))
    assert (read(subscription).version, read(subscription).next_version_id) == (smaller, None)
    pay(account, subscription, at(2, 28))
    assert [one[3] for one in periods(subscription)] == [True, True]


def test_cancelled_ends_with_its_period_and_the_provider_charges_no_more(account, creator):
    subscription = begin(make_version(), creator)
    ask_for_consent(subscription_id=subscription.pk, now=START)
    pay(account, subscription, START)
    cancel_subscription(subscription_id=subscription.pk, actor=None, reason="", now=at(2, 1))
    tell_provider(subscription_id=subscription.pk)
    assert next(iter(account.preapprovals.values()))["status"] == "cancelled"
    assert read(subscription).state == "active"
    advance_subscriptions(now=at(2, 28))
    assert (read(subscription).state, SubscriptionPeriod.objects.count()) == ("cancelled", 1)
    with pytest.raises(SubscriptionRefused):
        cancel_subscription(subscription_id=subscription.pk, actor=None, reason="", now=at(3, 1))


def test_payer_who_ends_it_at_the_provider_is_followed(account, creator):
    subscription = begin(make_version(), creator)
    ask_for_consent(subscription_id=subscription.pk, now=START)
    (key,) = account.preapprovals
    account.preapprovals[key]["status"] = "cancelled"
    account.notify("subscription_preapproval", key)
    account.notify("subscription_preapproval", "somebodyelses")
    work_off(account.gateway, START)
    assert read(subscription).cancels_at_end
    assert sorted(PaymentWebhook.objects.values_list("state", flat=True)) == ["ignored", "processed"]


def test_what_is_no_subscription_is_refused(account, creator):
    version = make_version()
    begin(version, creator)
    with pytest.raises(SubscriptionRefused):
        begin(version, creator)
    with pytest.raises(SubscriptionRefused):
        start_subscription(version=version, actor=None, now=START)
    with pytest.raises(SubscriptionRefused):
        change_plan(subscription_id=Subscription.objects.get().pk, version=version, actor=None, now=START)
    for wrong in ({"price": -1}, {"price": 10**13}, {"units": 0}, {"tax_basis_points": 10_000}):
        with pytest.raises(InvalidAmount):
            make_version(**wrong)
    assert Subscription.objects.count() == 1
