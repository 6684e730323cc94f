import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from billing.errors import InvalidAmount
from billing.models import Account, Payout
from billing.payment_errors import FourEyesRequired, InsufficientFunds, PayoutDecided
from billing.services import held_funds
from billing.services.payouts import (
    approve_payout,
    cancel_payout,
    confirm_payout,
    fail_payout,
    propose_payouts,
    request_payout,
    send_payout,
)
from creators.models import User
from tests.billing.ledger.conftest import CAUSE, brand, fund, usd
from tests.billing.test_concurrency import run_at_once
from tests.conftest import NOW
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry

__all__ = ["brand"]


@pytest.fixture
def staff(db):
    return [
        User.objects.create(username=name, password=make_password("x"), is_staff=True)
        for name in ("anna", "ben", "cleo")
    ]


def earn(brand, creator, *, campaign_ref, net):
    fund(brand, net + 100, campaign_ref=campaign_ref, key=f"p{campaign_ref}")
    held_funds.plan_release(
        campaign_ref=campaign_ref, milestone_ref=1, creator=creator, gross=usd(net + 100), fee_minor=100, tax_minor=0,
        release_at=NOW, cause=CAUSE, now=NOW,
    )  # fmt: skip
    held_funds.release_held(campaign_ref=campaign_ref, milestone_ref=1, cause=CAUSE, now=NOW)


@pytest.fixture
def earned(brand, creator):
    with transaction.atomic():
        earn(brand, creator, campaign_ref=1, net=700)
        earn(brand, creator, campaign_ref=2, net=500)
    return creator


def ask(creator, minor, actor):
    with transaction.atomic():
        return request_payout(creator=creator, amount=usd(minor), actor=actor, now=NOW)


def act(service, payout, actor, **more):
    return service(payout_id=payout.pk, actor=actor, reason="checked", now=NOW, **more)


def payable():
    rows = Account.objects.filter(kind="creator_payable").order_by("campaign_ref")
    return [(one.posted_minor, one.posted_minor - one.pending_out_minor) for one in rows]


@pytest.mark.django_db
def test_payout_is_held_approved_by_another_sent_and_confirmed(earned, staff):
    payout = ask(earned, 900, staff[0])
    assert payable() == [(700, 0), (500, 300)]
    act(approve_payout, payout, staff[1])
    act(send_payout, payout, staff[1], bank_reference="B1")
    act(confirm_payout, payout, staff[1])
    assert payable() == [(0, 0), (300, 300)]
    told = Event.objects.filter(name="payout.confirmed").get().payload
    assert told == {"payout": payout.pk, "creator": earned.pk, "campaigns": [1, 2]}
    actions = AuditEntry.objects.filter(target_id=str(payout.pk), target_type="billing.payout").order_by("pk")
    assert [one.action.partition(".")[2] for one in actions] == ["proposed", "approved", "sent", "confirmed"]


@pytest.mark.django_db
@pytest.mark.parametrize("ends", [cancel_payout, fail_payout])
def test_what_is_not_paid_is_payable_again(earned, staff, ends):
    payout = ask(earned, 900, staff[0])
    act(approve_payout, payout, staff[1])
    if ends is fail_payout:
        act(send_payout, payout, staff[1], bank_reference="B1")
    act(ends, payout, staff[0])
    assert payable() == [(700, 700), (500, 500)]
    with pytest.raises(PayoutDecided):
        act(ends, payout, staff[0])


@pytest.mark.django_db
def test_proposer_and_payee_cannot_approve_in_code_nor_database(earned, staff):
    payout = ask(earned, 100, staff[0])
    for person in (staff[0], earned.owner):
        with pytest.raises(FourEyesRequired):
            act(approve_payout, payout, person)
    with pytest.raises(IntegrityError, match="payout_four_eyes"), transaction.atomic():
        Payout.objects.update(approved_by=staff[0], approved_at=NOW, state="approved")
    with pytest.raises(IntegrityError, match="payout_sent_after_approval"), transaction.atomic():
        Payout.objects.update(state="sent")
    assert Payout.objects.get().state == "proposed"


@pytest.mark.django_db
def test_no_more_is_asked_for_than_is_payable(earned, staff):
    ask(earned, 1_000, staff[0])
    with pytest.raises(InsufficientFunds):
        ask(earned, 201, staff[0])
    for minor in (0, -5, 10**13):
        with pytest.raises(InvalidAmount):
            ask(earned, minor, staff[0])
    assert (Payout.objects.count(), payable()) == (1, [(700, 0), (500, 200)])


@pytest.mark.django_db
def test_what_one_campaign_owes_lessens_what_is_payable(earned, staff):
    Account.objects.filter(kind="creator_payable", campaign_ref=1).update(posted_minor=-200)
    with pytest.raises(InsufficientFunds):
        ask(earned, 301, staff[0])
    assert ask(earned, 300, staff[0]).amount_minor == 300


@pytest.mark.django_db
def test_batch_takes_all_that_is_payable_and_leaves_out_who_has_nothing(earned, staff):
    batch = propose_payouts(creators=[earned], currency="USD", actor=staff[0], reason="October", now=NOW)
    again = propose_payouts(creators=[earned], currency="USD", actor=staff[0], reason="October", now=NOW)
    assert [one.amount_minor for one in batch.payouts.all()] == [1_200]
    assert again.payouts.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_are_one_approval(earned, staff):
    payout = ask(earned, 100, staff[0])
    outcomes = run_at_once(2, lambda number: act(approve_payout, payout, staff[1 + number]))
    assert sorted(type(one).__name__ for one in outcomes) == ["Payout", "PayoutDecided"]
    assert Event.objects.filter(name="payout.approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_double_click_on_all_that_is_payable_asks_once(earned, staff):
    outcomes = run_at_once(4, lambda _number: ask(earned, 1_200, staff[0]))
    assert sorted(type(one).__name__ for one in outcomes) == [*["InsufficientFunds"] * 3, "Payout"]
