"""Transfers a second: batched and one by one, beside plain INSERTs of the same rows in the same run."""

import time
from datetime import datetime
from functools import partial
from statistics import median

from django.db import connection, transaction
from django.utils import timezone

from billing.models import Account
from billing.payment_enums import AccountKind
from billing.queries.ledger.checks import list_wrong_balances
from billing.services.ledger import Cause, Leg, NewTransfer, open_account, post_many, post_transfer
from tests.bench.measuring import Figure, at_least, compare, judge
from tests.bench.tables import empty_stores

BATCH, ROUNDS, SINGLE = 1_000, 7, 200
CAMPAIGNS = 100
TRANSFERS_A_SECOND = at_least(1_000)
CAUSE = Cause(kind="schedule", reference="bench")
# The same rows without keys compared, locks, triggers' checks, or balances: what the tables alone take.
_TABLES = (
    """CREATE TEMP TABLE plain_transfer (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE, is_pending bool NOT NULL,
       digest text NOT NULL, cause_kind text NOT NULL, cause_reference text NOT NULL, reason text NOT NULL,
       recorded_at timestamptz NOT NULL)""",
    """CREATE TEMP TABLE plain_posting (id bigserial PRIMARY KEY, transfer_id bigint NOT NULL REFERENCES plain_transfer,
       account_id bigint NOT NULL, amount_minor bigint NOT NULL)""",
    "CREATE INDEX ON plain_posting (account_id, id)",
    "CREATE INDEX ON plain_posting (transfer_id)",
)
_PLAIN = """WITH stored AS (
  INSERT INTO plain_transfer (key, is_pending, digest, cause_kind, cause_reference, reason, recorded_at)
  SELECT 'plain-' || %(number)s || '-' || n, false, repeat('d', 64), 'schedule', 'bench', '', now()
  FROM generate_series(1, %(count)s) AS n RETURNING id)
INSERT INTO plain_posting (transfer_id, account_id, amount_minor)
SELECT id, 1 + id %% 100, amount FROM stored CROSS JOIN (VALUES (-5), (5)) AS leg (amount)"""


def measure() -> list[Figure]:
    empty_stores()
    now = timezone.now()
    pairs = _open_accounts()
    with connection.cursor() as cursor:
        for statement in _TABLES:
            cursor.execute(statement)
    batched, plain = [], []
    for number in range(ROUNDS):
        batched.append(_time(partial(_post_batch, pairs, number, now)))
        plain.append(_time(partial(_insert_plainly, number)))
    single = _time(partial(_post_singly, pairs, now))
    assert list_wrong_balances() == []
    rate = BATCH / median(batched)
    return [
        judge(name=f"ledger: transfers, {BATCH:,} a batch", value=rate, unit="transfers/s", bound=TRANSFERS_A_SECOND),
        compare(
            name=f"ledger: a batch of {BATCH:,}",
            value=1000 * median(batched),
            unit="ms",
            reference_name="ms plain INSERTs of the same rows",
            reference=1000 * median(plain),
        ),
        Figure(name="ledger: transfers, one a transaction", value=SINGLE / single, unit="transfers/s"),
    ]


def _open_accounts() -> list[tuple[Account, Account]]:
    kinds = (AccountKind.PSP_CLEARING, AccountKind.HELD_FUNDS)
    with transaction.atomic():
        found = [
            [open_account(kind=kind, currency="USD", campaign_id=number) for kind in kinds]
            for number in range(CAMPAIGNS)
        ]
    return [(one[0], one[1]) for one in found]


def _build_legs(pairs: list[tuple[Account, Account]], index: int) -> list[Leg]:
    taken, given = pairs[index % len(pairs)]
    return [Leg(account=taken, amount_minor=-5), Leg(account=given, amount_minor=5)]


def _post_batch(pairs: list[tuple[Account, Account]], number: int, now: datetime) -> None:
    transfers = [
        NewTransfer(key=f"bench-{number}-{index}", legs=_build_legs(pairs, index), cause=CAUSE)
        for index in range(BATCH)
    ]
    with transaction.atomic():
        post_many(transfers=transfers, now=now)


def _insert_plainly(number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAIN, {"number": number, "count": BATCH})


def _post_singly(pairs: list[tuple[Account, Account]], now: datetime) -> None:
    for index in range(SINGLE):
        with transaction.atomic():
            post_transfer(key=f"single-{index}", legs=_build_legs(pairs, index), cause=CAUSE, now=now)


def _time(work: partial[None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
