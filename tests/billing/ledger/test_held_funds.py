import pytest

from billing.errors import InvalidAmount
from billing.models import Account, HeldRelease, PaymentIntent, Transfer
from billing.money import Money
from billing.payment_errors import FundingRefused, FundsFrozen, InsufficientFunds, NoSuchRelease, TransferConflict
from billing.services import held_funds
from creators.models import Brand
from tests.billing.ledger.conftest import CAMPAIGN, CAUSE, fund, usd
from tests.conftest import NOW
from veri.platform.events.models import Event


def plan(creator, *, milestone_ref=1, gross=6_000, fee=600, tax=100):
    return held_funds.plan_release(
        campaign_ref=CAMPAIGN, milestone_ref=milestone_ref, creator=creator, gross=usd(gross), fee_minor=fee,
        tax_minor=tax, release_at=NOW, cause=CAUSE, now=NOW,
    )  # fmt: skip


def act(service, milestone_ref=1):
    return service(campaign_ref=CAMPAIGN, milestone_ref=milestone_ref, cause=CAUSE, now=NOW)


def balances():
    return {one.kind: one.posted_minor for one in Account.objects.filter(campaign_ref=CAMPAIGN)}


def test_campaign_is_funded_released_and_refunded_to_the_cent(brand, creator):
    intent = fund(brand, 10_000)
    assert Event.objects.filter(name="campaign.funded").get().payload == {"campaign": CAMPAIGN, "payment": intent.pk}
    assert held_funds.get_held(CAMPAIGN) == usd(10_000)
    plan(creator)
    assert held_funds.get_held(CAMPAIGN) == usd(10_000)
    act(held_funds.release_held)
    held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(4_000), cause=CAUSE, now=NOW)
    assert balances() == {
        "psp_clearing": -10_000, "held_funds": 0, "creator_payable": 5_300, "platform_fee": 600, "tax_withheld": 100,
        "brand_funding": 4_000,
    }  # fmt: skip


def test_release_is_planned_and_posted_once(brand, creator):
    fund(brand, 10_000)
    assert plan(creator).pk == plan(creator).pk
    with pytest.raises(TransferConflict):
        plan(creator, gross=6_001)
    assert act(held_funds.release_held).pk == act(held_funds.release_held).pk
    assert (HeldRelease.objects.count(), balances()["held_funds"]) == (1, 4_000)


def test_voided_release_can_be_planned_again(brand, creator):
    fund(brand, 6_000)
    plan(creator)
    act(held_funds.void_release)
    with pytest.raises(NoSuchRelease):
        act(held_funds.release_held)
    plan(creator, gross=5_000)
    act(held_funds.release_held)
    assert balances()["held_funds"] == 1_000


def test_no_more_is_planned_or_refunded_than_is_held(brand, creator):
    fund(brand, 10_000)
    plan(creator)
    with pytest.raises(InsufficientFunds):
        plan(creator, milestone_ref=2, gross=4_001)
    with pytest.raises(InsufficientFunds):
        held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(4_001), cause=CAUSE, now=NOW)
    assert (HeldRelease.objects.count(), Transfer.objects.count()) == (1, 2)


def test_frozen_funds_stay(brand, creator):
    fund(brand, 10_000)
    plan(creator)
    held_funds.freeze_held(campaign_ref=CAMPAIGN, cause=CAUSE, now=NOW)
    for refused in (
        lambda: act(held_funds.release_held),
        lambda: plan(creator, milestone_ref=2, gross=100, fee=0, tax=0),
        lambda: held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(1), cause=CAUSE, now=NOW),
    ):
        with pytest.raises(FundsFrozen):
            refused()
    held_funds.unfreeze_held(campaign_ref=CAMPAIGN, cause=CAUSE, now=NOW)
    act(held_funds.release_held)
    assert balances()["held_funds"] == 4_000


def test_money_for_a_closed_campaign_belongs_to_the_brand(brand):
    intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(500), actor=None, now=NOW)
    held_funds.close_funds(campaign_ref=CAMPAIGN, cause=CAUSE, now=NOW)
    assert not held_funds.credit_funding(
        intent=intent, payment_key="late", amount_minor=500, is_first=True, cause=CAUSE, now=NOW
    )
    assert balances() == {"psp_clearing": -500, "brand_funding": 500}
    assert not Event.objects.filter(name="campaign.funded").exists()


@pytest.mark.parametrize("minor", [0, -1, 1.5, 10**12 + 1, True])
def test_what_is_no_amount_is_not_asked_for(brand, minor):
    with pytest.raises(InvalidAmount):
        held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(minor), actor=None, now=NOW)
    assert PaymentIntent.objects.count() == 0


def test_other_brand_and_other_currency_are_refused(brand):
    fund(brand, 100)
    other = Brand.objects.create(name="Other", slug="other", created_at=NOW, updated_at=NOW)
    for given in ({"brand": other, "amount": usd(5)}, {"brand": brand, "amount": Money(minor=5, currency="EUR")}):
        with pytest.raises(FundingRefused):
            held_funds.request_funding(campaign_ref=CAMPAIGN, actor=None, now=NOW, **given)
    assert PaymentIntent.objects.count() == 1
