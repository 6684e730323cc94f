"""Give up what a creator or brand owes: a transfer like any other, with who did it and why."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import Transfer
from billing.payment_enums import AccountKind, CauseKind
from billing.payment_errors import NothingOwed
from billing.services.ledger.accounts import open_account
from billing.services.ledger.posting import lock_accounts, post_transfer
from billing.services.ledger.values import Cause, Leg
from veri.platform.ops.services.audit import record_audit

_DEBTORS = (AccountKind.CREATOR_PAYABLE, AccountKind.BRAND_FUNDING)


@transaction.atomic(durable=True)
def write_off_debt(*, account_id: int, actor: Any, reason: str, now: datetime) -> Transfer:
    """Bring a negative balance of a creator or brand to zero; Veri's fees of the same campaign bear it.

    Raises:
        NothingOwed: the account is no creator's or brand's, or is not negative.
    """
    account = lock_accounts([account_id])[account_id]
    if account.kind not in _DEBTORS or account.posted_minor >= 0:
        raise NothingOwed(f"{account.key} owes nothing.")
    bearer = open_account(kind=AccountKind.PLATFORM_FEE, currency=account.currency, campaign_id=account.campaign_ref)
    owed = -account.posted_minor
    last = account.postings.order_by("-pk").values_list("pk", flat=True).first()
    transfer = post_transfer(
        key=f"write-off:{account.pk}:{last}",
        legs=[Leg(account=account, amount_minor=owed), Leg(account=bearer, amount_minor=-owed)],
        cause=Cause(kind=CauseKind.ACTOR, reference="write-off", actor=actor, reason=reason),
        now=now,
    )
    record_audit(actor=actor, action="ledger.written_off", target=transfer, reason=reason, after=owed, now=now)
    return transfer
