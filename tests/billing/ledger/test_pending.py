from datetime import timedelta

import pytest

from billing.models import TransferResolution
from billing.payment_errors import InsufficientFunds, TransferConflict, TransferResolved, TransferUnbalanced
from billing.services.ledger import (
    Balance,
    expire_pending,
    get_balance,
    hold_transfer,
    post_pending,
    void_pending,
)
from tests.billing.ledger.conftest import CAUSE, build_legs, open_pair, post
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)


@pytest.fixture
def pair(db):
    found = open_pair()
    post("in", found, 100)
    return found


def hold(pair, amount=60, **more):
    return hold_transfer(key="h", legs=build_legs(pair[::-1], amount), cause=CAUSE, now=NOW, **more)


def balance(account):
    found = get_balance(account)
    return found.posted, found.available, found.pending_in


def test_what_is_held_is_not_available_and_not_moved(pair):
    hold(pair)
    assert get_balance(pair[1]) == Balance(posted=100, pending_in=0, pending_out=60, currency="USD")
    assert balance(pair[0]) == (-100, -100, 60)
    with pytest.raises(InsufficientFunds):
        post("out", pair[::-1], 41)


def test_posted_once_whole(pair):
    transfer = hold(pair)
    first, again = (post_pending(transfer=transfer, cause=CAUSE, now=LATER) for _ in range(2))
    assert first.pk == again.pk
    assert (balance(pair[1]), balance(pair[0])) == ((40, 40, 0), (-40, -40, 0))
    with pytest.raises(TransferResolved):
        void_pending(transfer=transfer, cause=CAUSE, now=LATER)


def test_posted_in_part_frees_the_rest(pair):
    transfer = hold(pair)
    post_pending(transfer=transfer, legs=build_legs(pair[::-1], 25), cause=CAUSE, now=LATER)
    assert balance(pair[1]) == (75, 75, 0)
    with pytest.raises(TransferConflict):
        post_pending(transfer=transfer, legs=build_legs(pair[::-1], 26), cause=CAUSE, now=LATER)


def test_part_goes_not_beyond_what_is_held(pair):
    transfer = hold(pair)
    with pytest.raises(TransferUnbalanced):
        post_pending(transfer=transfer, legs=build_legs(pair[::-1], 61), cause=CAUSE, now=LATER)
    with pytest.raises(TransferUnbalanced):
        post_pending(transfer=transfer, legs=build_legs(pair, 10), cause=CAUSE, now=LATER)
    assert (balance(pair[1]), TransferResolution.objects.count()) == ((100, 40, 0), 0)


def test_voided_once_moves_nothing(pair):
    transfer = hold(pair)
    assert void_pending(transfer=transfer, cause=CAUSE, now=LATER) == void_pending(
        transfer=transfer, cause=CAUSE, now=LATER
    )
    with pytest.raises(TransferResolved):
        post_pending(transfer=transfer, cause=CAUSE, now=LATER)
    assert balance(pair[1]) == (100, 100, 0)


def test_expires_once_and_is_not_posted_after_its_time(pair):
    transfer = hold(pair, expires_at=LATER)
    assert expire_pending(LATER - timedelta(seconds=1)) == 0
    with pytest.raises(TransferResolved):
        post_pending(transfer=transfer, cause=CAUSE, now=LATER)
    assert (expire_pending(LATER), expire_pending(LATER)) == (1, 0)
    assert balance(pair[1]) == (100, 100, 0)
    assert transfer.resolution.outcome == "expired"
