import pytest

from billing.money import Money
from billing.services import held_funds
from billing.services.ledger import Cause, Leg, open_account, post_transfer
from creators.models import Brand
from tests.conftest import NOW

CAMPAIGN = 7
CAUSE = Cause(kind="schedule", reference="test")


@pytest.fixture
def brand(db) -> Brand:
    return Brand.objects.create(name="Ovenly", slug="ovenly", created_at=NOW, updated_at=NOW)


def open_pair(campaign_id=1, currency="USD"):
    """Return a clearing account and the held funds beside it."""
    return tuple(
        open_account(kind=kind, currency=currency, campaign_id=campaign_id) for kind in ("psp_clearing", "held_funds")
    )


def build_legs(accounts, amount):
    taken, given = accounts
    return [Leg(account=taken, amount_minor=-amount), Leg(account=given, amount_minor=amount)]


def post(key, accounts, amount, **more):
    return post_transfer(key=key, legs=build_legs(accounts, amount), cause=CAUSE, now=NOW, **more)


def usd(minor):
    return Money(minor=minor, currency="USD")


def fund(brand, minor, *, campaign_ref=CAMPAIGN, key="p1"):
    """Ask for funding and credit it as if the provider had approved it."""
    intent = held_funds.request_funding(campaign_ref=campaign_ref, brand=brand, amount=usd(minor), actor=None, now=NOW)
    held_funds.credit_funding(intent=intent, payment_key=key, amount_minor=minor, is_first=True, cause=CAUSE, now=NOW)
    return intent
