from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Account, Posting
from billing.payment_errors import FundsFrozen, InsufficientFunds, LedgerError
from billing.queries.ledger.checks import list_backings, list_wrong_balances
from billing.services import held_funds
from billing.services.ledger.checking import check_ledger
from billing.services.payouts import confirm_payout, fail_payout, request_payout, send_payout
from billing.services.payouts.deciding import approve_payout, cancel_payout
from creators.models import User
from tests.billing.ledger.conftest import CAMPAIGN, CAUSE, fund, open_pair, post, usd
from tests.conftest import NOW
from veri.platform.ops.models import AuditEntry, Notification

pytestmark = pytest.mark.django_db


def test_wrong_cached_balance_is_told_and_corrected_only_with_a_reason(settings):
    settings.ALERT_EMAILS = ["desk@veri.example"]
    clearing, held = open_pair()
    post("k", (clearing, held), 500)
    Account.objects.filter(pk=held.pk).update(posted_minor=501)
    wrong, _ = check_ledger(now=NOW)
    assert [(one.key, one.cached, one.computed) for one in wrong] == [(held.key, (501, 0, 0), (500, 0, 0))]
    assert Account.objects.get(pk=held.pk).posted_minor == 501
    assert Notification.objects.filter(subject__contains="cached balances").count() == 1
    with pytest.raises(CommandError, match="reason"):
        call_command("ledger", "correct")
    call_command("ledger", "correct", reason="a disk that lied")
    assert (Account.objects.get(pk=held.pk).posted_minor, list_wrong_balances()) == (500, [])
    assert AuditEntry.objects.get(action="ledger.balance_corrected").reason == "a disk that lied"


def test_a_cent_that_no_provider_recorded_is_told(brand, settings):
    settings.ALERT_EMAILS = ["desk@veri.example"]
    fund(brand, 10_000)
    _, unbacked = check_ledger(now=NOW)
    assert [(one.at_provider, one.owed, one.recorded) for one in unbacked] == [(10_000, 10_000, 0)]
    assert "USD" in Notification.objects.get().subject


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fund"), st.integers(1, 2_000), st.just(0)),
        st.tuples(st.just("plan"), st.integers(2, 2_000), st.integers(1, 4)),
        st.tuples(st.sampled_from(["release", "void"]), st.just(0), st.integers(1, 4)),
        st.tuples(st.just("refund"), st.integers(1, 1_000), st.just(0)),
        st.tuples(st.sampled_from(["freeze", "unfreeze"]), st.just(0), st.just(0)),
        st.tuples(st.sampled_from(["pay", "fail", "cancel"]), st.integers(1, 1_500), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_cent_is_explained_at_every_step(steps, brand, creator):
    from django.db import transaction

    start = transaction.savepoint()
    funded = 0
    staff = [User(username=f"staff-{number}") for number in range(2)]
    User.objects.bulk_create(staff)
    for number, (step, amount, milestone) in enumerate(steps):
        try:
            with transaction.atomic():
                take_step(step, amount, milestone, number, brand=brand, creator=creator, staff=staff)
            funded += amount if step == "fund" else 0
        except (InsufficientFunds, FundsFrozen, LedgerError):
            pass
        except held_funds.accounts.FundingRefused:  # nothing was funded yet
            assert funded == 0
        check_sums(funded)
    transaction.savepoint_rollback(start)


def take_step(step, amount, milestone, number, *, brand, creator, staff):
    given = {"campaign_ref": CAMPAIGN, "cause": CAUSE, "now": NOW}
    if step == "fund":
        fund(brand, amount, key=f"p{number}")
    elif step == "plan":
        terms = {"gross": usd(amount), "fee_minor": amount // 10, "tax_minor": 0, "release_at": NOW}
        held_funds.plan_release(milestone_ref=milestone, creator=creator, **terms, **given)
    elif step == "release":
        held_funds.release_held(milestone_ref=milestone, **given)
    elif step == "void":
        held_funds.void_release(milestone_ref=milestone, **given)
    elif step == "refund":
        held_funds.refund_held(amount=usd(amount), key=str(number), **given)
    elif step == "freeze":
        held_funds.freeze_held(**given)
    elif step == "unfreeze":
        held_funds.unfreeze_held(**given)
    else:
        pay_out(step, amount, creator, staff)


def pay_out(step, amount, creator, staff):
    payout = request_payout(creator=creator, amount=usd(amount), actor=staff[0], now=NOW)
    given = {"payout_id": payout.pk, "actor": staff[1], "reason": "", "now": NOW + timedelta(hours=1)}
    if step == "cancel":
        # The services open transactions of their own; here they are inside the step's.
        cancel_payout.__wrapped__(**given)
        return
    approve_payout.__wrapped__(**given)
    send_payout.__wrapped__(**given, bank_reference="b")
    (confirm_payout if step == "pay" else fail_payout).__wrapped__(**given)


def check_sums(funded):
    """Postings sum to zero, cached balances are computed ones, nothing is overdrawn, and all is explained."""
    assert sum(Posting.objects.values_list("amount_minor", flat=True)) == 0
    assert list_wrong_balances() == []
    sums = {}
    for one in Account.objects.all():
        assert one.kind == "psp_clearing" or one.posted_minor - one.pending_out_minor >= 0, one.key
        sums[one.kind] = sums.get(one.kind, 0) + one.posted_minor
    paid = sum(
        Posting.objects.filter(
            account__kind="creator_payable", amount_minor__lt=0, transfer__is_pending=False
        ).values_list("amount_minor", flat=True)
    )
    assert sum(sums.get(kind, 0) for kind in ("held_funds", "brand_funding", "creator_payable", "platform_fee")) == (
        funded + paid
    )
    assert all(one.at_provider >= one.owed for one in list_backings())
