import pytest
from django.db import IntegrityError, connection, transaction

from billing.errors import InvalidAmount
from billing.models import Account, Posting, Transfer
from billing.payment_errors import InsufficientFunds, NothingOwed, TransferConflict, TransferUnbalanced
from billing.services.ledger import Leg, get_balance, open_account, post_transfer
from billing.services.ledger.writing_off import write_off_debt
from tests.billing.ledger.conftest import CAUSE, build_legs, open_pair, post
from tests.billing.test_concurrency import run_at_once
from tests.conftest import NOW
from veri.platform.ops.models import AuditEntry


def count_rows():
    return Transfer.objects.count(), Posting.objects.count()


@pytest.mark.django_db
def test_transfer_moves_both_balances_once():
    pair = open_pair()
    first, again = post("k", pair, 500), post("k", pair, 500)
    assert first.pk == again.pk
    assert [get_balance(one).posted for one in pair] == [-500, 500]
    assert count_rows() == (1, 2)


@pytest.mark.django_db
def test_same_key_with_other_legs_is_a_conflict():
    pair = open_pair()
    post("k", pair, 500)
    with pytest.raises(TransferConflict):
        post("k", pair, 501)
    assert count_rows() == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amounts", "refusal"),
    [
        ((-5, 4), TransferUnbalanced),
        ((0, 0), TransferUnbalanced),
        ((5,), TransferUnbalanced),
        ((-0.5, 0.5), InvalidAmount),
        ((-True, True), InvalidAmount),
        ((-(10**13), 10**13), InvalidAmount),
    ],
)
def test_what_is_no_transfer_is_refused(amounts, refusal):
    legs = [Leg(account=one, amount_minor=amount) for one, amount in zip(open_pair(), amounts, strict=False)]
    with pytest.raises(refusal):
        post_transfer(key="k", legs=legs, cause=CAUSE, now=NOW)
    assert count_rows() == (0, 0)


@pytest.mark.django_db
def test_currencies_do_not_balance_each_other():
    accounts = open_pair()[0], open_pair(currency="EUR")[1]
    with pytest.raises(TransferUnbalanced):
        post("k", accounts, 5)
    assert count_rows() == (0, 0)


@pytest.mark.django_db
def test_held_funds_are_never_overdrawn():
    clearing, held = open_pair()
    post("in", (clearing, held), 100)
    with pytest.raises(InsufficientFunds):
        post("out", (held, clearing), 101)
    assert get_balance(held).posted == 100


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_posting SET amount_minor = amount_minor * 2",
        "UPDATE billing_transfer SET reason = 'x'",
        "DELETE FROM billing_posting",
        "DELETE FROM billing_transfer",
        "TRUNCATE billing_posting CASCADE",
        "UPDATE billing_account SET currency = 'EUR'",
        "DELETE FROM billing_account",
        (
            "INSERT INTO billing_posting (transfer_id, account_id, amount_minor) SELECT transfer_id, account_id, 1"
            " FROM billing_posting LIMIT 1"
        ),
        (
            "INSERT INTO billing_transfer (key, is_pending, digest, cause_kind, cause_reference, reason, recorded_at)"
            " VALUES ('bare', false, '', 'actor', '', '', now())"
        ),
    ],
)
def test_database_refuses_what_would_bend_the_ledger(statement):
    with transaction.atomic():
        post("k", open_pair(), 5)
    before = list(Posting.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (count_rows(), list(Posting.objects.values())) == ((1, 2), before)
    assert set(Account.objects.values_list("currency", flat=True)) == {"USD"}


@pytest.mark.django_db(transaction=True)
def test_same_transfer_at_once_is_written_once_and_accounts_opened_once():
    def work(_number):
        with transaction.atomic():
            return post("k", open_pair(), 70).pk

    assert len(set(run_at_once(6, work))) == 1
    assert (Account.objects.count(), count_rows()) == (2, (1, 2))
    assert get_balance(open_account(kind="held_funds", currency="USD", campaign_id=1)).posted == 70


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_take_no_more_than_there_is():
    with transaction.atomic():
        clearing, held = open_pair()
        post("in", (clearing, held), 500)

    def work(number):
        with transaction.atomic():
            return post_transfer(key=f"o{number}", legs=build_legs((held, clearing), 120), cause=CAUSE, now=NOW)

    outcomes = run_at_once(10, work)
    assert sum(isinstance(one, Transfer) for one in outcomes) == 4
    assert sum(isinstance(one, InsufficientFunds) for one in outcomes) == 6
    assert get_balance(held).posted == 20


@pytest.mark.django_db
def test_debt_is_written_off_once_with_a_reason(owner):
    clearing, _ = open_pair()
    owing = open_account(kind="creator_payable", currency="USD", campaign_id=1)
    post("k", (owing, clearing), 500, may_overdraw=True)
    write_off_debt(account_id=owing.pk, actor=owner, reason="it is gone", now=NOW)
    assert dict(Account.objects.exclude(posted_minor=0).values_list("kind", "posted_minor")) == {
        "psp_clearing": 500,
        "platform_fee": -500,
    }
    assert AuditEntry.objects.get(action="ledger.written_off").reason == "it is gone"
    with pytest.raises(NothingOwed):
        write_off_debt(account_id=owing.pk, actor=owner, reason="again", now=NOW)
    assert count_rows() == (2, 4)
