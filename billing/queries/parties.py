"""Whose money is looked at: a creator's or a brand's."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from billing.models import Account, CampaignFunds, HeldRelease, Invoice, PaymentIntent, Payout, Posting, Subscription
from billing.models.plans import LIVE
from billing.payment_enums import AccountKind, ReleaseState
from creators.models import Brand, Creator


@dataclass(frozen=True, kw_only=True)
class Party:
    """A creator or a brand, never both."""

    creator: Creator | None = None
    brand: Brand | None = None

    @property
    def owned(self) -> Q:
        """Select rows that have a ``creator`` and a ``brand``."""
        return Q(creator=self.creator) if self.creator else Q(brand=self.brand)


@dataclass(frozen=True, kw_only=True)
class CurrencyBalance:
    """Minor units. ``available``: a creator may have paid out, a brand gets back; ``held``: for a brand's campaigns.

    ``planned``: on its way to the creator, or away from the brand, when review windows end.
    """

    currency: str
    available_minor: int
    held_minor: int
    planned_minor: int


def list_accounts(party: Party) -> QuerySet[Account]:
    """Return the accounts whose postings are a party's statement."""
    if party.creator:
        return Account.objects.filter(kind=AccountKind.CREATOR_PAYABLE, creator=party.creator)
    campaigns = CampaignFunds.objects.filter(brand=party.brand).values("campaign_ref")
    kinds = (AccountKind.HELD_FUNDS, AccountKind.BRAND_FUNDING)
    return Account.objects.filter(kind__in=kinds, campaign_ref__in=campaigns)


def list_balances(party: Party) -> list[CurrencyBalance]:
    """Return a party's balances by currency."""
    rows = list_accounts(party).values_list("currency", "kind").order_by("currency")
    sums = rows.annotate(posted=Sum("posted_minor"), came=Sum("pending_in_minor"), went=Sum("pending_out_minor"))
    found: dict[str, dict[str, int]] = {}
    for currency, kind, posted, came, went in sums:
        one = found.setdefault(currency, {"available_minor": 0, "held_minor": 0, "planned_minor": 0})
        if kind == AccountKind.HELD_FUNDS:
            one["held_minor"] += posted
            one["planned_minor"] += went
        else:
            one["available_minor"] += posted - went
            one["planned_minor"] += came
    return [CurrencyBalance(currency=currency, **values) for currency, values in found.items()]


def list_postings(party: Party, *, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Posting]:
    """Return what moved a party's accounts in ``[since, until)``; what was only held and let go moved nothing."""
    rows = Posting.objects.filter(account__in=list_accounts(party), transfer__is_pending=False)
    if since is not None:
        rows = rows.filter(transfer__recorded_at__gte=since)
    if until is not None:
        rows = rows.filter(transfer__recorded_at__lt=until)
    return rows.select_related("account", "transfer")


def list_payments(party: Party) -> QuerySet[PaymentIntent]:
    return PaymentIntent.objects.filter(party.owned)


def list_payouts(creator: Creator) -> QuerySet[Payout]:
    return Payout.objects.filter(creator=creator)


def list_invoices(party: Party) -> QuerySet[Invoice]:
    """Return documents without their PDFs."""
    return Invoice.objects.filter(party.owned).defer("pdf").select_related("corrects")


def find_subscription(party: Party) -> Subscription | None:
    """Return the live subscription, else the last one."""
    rows = Subscription.objects.filter(party.owned).select_related("version__plan", "next_version__plan")
    return rows.filter(state__in=LIVE).first() or rows.order_by("-pk").first()


def list_planned_releases(creator: Creator) -> QuerySet[HeldRelease]:
    return HeldRelease.objects.filter(creator=creator, state=ReleaseState.PLANNED).select_related("funds")
