"""Does the ledger agree with itself, and with what providers hold? Reads only."""

from dataclasses import dataclass

from django.db.models import Sum

from billing.models import Account, Chargeback, Payout, ProviderPayment, Refund
from billing.payment_enums import AccountKind, PayoutState, RefundState
from veri.platform.connections.reading import fetch_rows

LIABILITIES = (
    AccountKind.HELD_FUNDS,
    AccountKind.BRAND_FUNDING,
    AccountKind.CREATOR_PAYABLE,
    AccountKind.TAX_WITHHELD,
)
_COMPARE = """
SELECT a.id, a.key, a.posted_minor, a.pending_in_minor, a.pending_out_minor, coalesce(s.posted, 0), coalesce(s.came, 0),
  coalesce(s.went, 0)
FROM billing_account a LEFT JOIN (
  SELECT p.account_id,
    sum(p.amount_minor) FILTER (WHERE NOT t.is_pending) AS posted,
    sum(p.amount_minor) FILTER (WHERE t.is_pending AND r.id IS NULL AND p.amount_minor > 0) AS came,
    -sum(p.amount_minor) FILTER (WHERE t.is_pending AND r.id IS NULL AND p.amount_minor < 0) AS went
  FROM billing_posting p JOIN billing_transfer t ON t.id = p.transfer_id
    LEFT JOIN billing_transferresolution r ON r.transfer_id = t.id
  GROUP BY p.account_id
) s ON s.account_id = a.id
WHERE (a.posted_minor, a.pending_in_minor, a.pending_out_minor)
  <> (coalesce(s.posted, 0), coalesce(s.came, 0), coalesce(s.went, 0))
ORDER BY a.id"""


@dataclass(frozen=True, kw_only=True)
class WrongBalance:
    """An account whose cached balances (posted, pending in, pending out) are not the sums of its postings."""

    account_id: int
    key: str
    cached: tuple[int, int, int]
    computed: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Backing:
    """What Veri has at providers in a currency, beside what it owes and what providers' records add up to."""

    currency: str
    at_provider: int
    owed: int
    recorded: int

    @property
    def is_ok(self) -> bool:
        return self.at_provider >= self.owed and self.at_provider == self.recorded


def list_wrong_balances() -> list[WrongBalance]:
    """Compare every cached balance with its postings, in one statement and so at one instant."""
    return [
        WrongBalance(
            account_id=row[0],
            key=row[1],
            cached=(row[2], row[3], row[4]),
            computed=(int(row[5]), int(row[6]), int(row[7])),
        )
        for row in fetch_rows(_COMPARE, [])
    ]


def list_backings() -> list[Backing]:
    """Return for each currency whether what is at providers covers what is owed, and is what their records say."""
    sums: dict[str, dict[str, int]] = {}
    for currency, kind, total in Account.objects.values_list("currency", "kind").annotate(Sum("posted_minor")):
        sums.setdefault(currency, {})[kind] = total
    return [
        Backing(
            currency=currency,
            at_provider=-found.get(AccountKind.PSP_CLEARING, 0),
            owed=sum(found.get(kind, 0) for kind in LIABILITIES),
            recorded=_sum_records(currency),
        )
        for currency, found in sorted(sums.items())
    ]


def _sum_records(currency: str) -> int:
    """Add up payments, fees, refunds, chargebacks and payouts as their own rows tell them, without the ledger."""
    payments = ProviderPayment.objects.filter(currency=currency, is_credited=True)
    came = payments.aggregate(amount=Sum("amount_minor"), fee=Sum("fee_minor"))
    mine = {"payment__currency": currency}
    refunded = Refund.objects.filter(state=RefundState.DONE, **mine).aggregate(total=Sum("amount_minor"))
    taken = Chargeback.objects.exclude(state="won").filter(**mine).aggregate(total=Sum("amount_minor"))
    paid = Payout.objects.filter(currency=currency, state=PayoutState.CONFIRMED).aggregate(total=Sum("amount_minor"))
    gone = (came["fee"], refunded["total"], taken["total"], paid["total"])
    return (came["amount"] or 0) - sum(one or 0 for one in gone)
