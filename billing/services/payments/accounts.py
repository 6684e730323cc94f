"""The accounts a payment moves: its campaign's, or those of plans."""

from billing.models import Account, PaymentIntent
from billing.payment_enums import AccountKind
from billing.services.ledger import Leg, open_account


def open_intent_account(intent: PaymentIntent, kind: AccountKind) -> Account:
    """Return an account of what an intent pays for."""
    brand_id = intent.brand_id if kind == AccountKind.BRAND_FUNDING else None
    return open_account(kind=kind, currency=intent.currency, campaign_id=intent.campaign_ref, brand_id=brand_id)


def build_pair(intent: PaymentIntent, *, gains: AccountKind, loses: AccountKind, amount_minor: int) -> list[Leg]:
    """Return two legs: one kind of account gains what the other loses."""
    return [
        Leg(account=open_intent_account(intent, gains), amount_minor=amount_minor),
        Leg(account=open_intent_account(intent, loses), amount_minor=-amount_minor),
    ]
