"""The nightly look at the ledger: differences are told, never mended silently."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import Account
from billing.money import Money
from billing.queries.ledger.checks import Backing, WrongBalance, list_backings, list_wrong_balances
from billing.services.ledger.posting import lock_accounts
from veri.platform.ops.services.audit import record_audit
from veri.platform.ops.services.notifications import queue_alert


@transaction.atomic(durable=True)
def check_ledger(*, now: datetime) -> tuple[list[WrongBalance], list[Backing]]:
    """Compare cached balances with postings, and providers' money with what is owed; a notice for each difference.

    Returns the wrong balances and the currencies that are not backed to the cent.
    """
    wrong = list_wrong_balances()
    if wrong:
        first = wrong[0]
        queue_alert(
            subject=f"{len(wrong)} cached balances are wrong",
            body=f"{first.key} says {first.cached}, its postings {first.computed}. See docs/runbooks/ledger.md.",
            now=now,
            dedup_key=f"ledger-balances:{now:%Y-%m-%d}",
        )
    unbacked = [one for one in list_backings() if not one.is_ok]
    for one in unbacked:
        amounts = [
            str(Money(minor=minor, currency=one.currency)) for minor in (one.at_provider, one.owed, one.recorded)
        ]
        queue_alert(
            subject=f"{one.currency} is not backed to the cent",
            body="At providers: {}; owed: {}; by their records: {}. See docs/runbooks/ledger.md.".format(*amounts),
            now=now,
            dedup_key=f"ledger-backing:{one.currency}:{now:%Y-%m-%d}",
        )
    return wrong, unbacked


@transaction.atomic(durable=True)
def correct_balances(*, account_ids: Sequence[int], actor: Any, reason: str, now: datetime) -> int:
    """Set cached balances of locked accounts to the sums of their postings, audited; return how many were wrong."""
    lock_accounts(account_ids)
    wrong = [one for one in list_wrong_balances() if one.account_id in set(account_ids)]
    for one in wrong:
        posted, came, went = one.computed
        Account.objects.filter(pk=one.account_id).update(
            posted_minor=posted, pending_in_minor=came, pending_out_minor=went
        )
        record_audit(
            actor=actor,
            action="ledger.balance_corrected",
            target=("billing.account", str(one.account_id)),
            reason=reason,
            before=list(one.cached),
            after=list(one.computed),
            now=now,
        )
    return len(wrong)
