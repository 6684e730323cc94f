"""Keep the assistant's turns and meter them, many in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from django.db import transaction

from billing.errors import ReservationNotHeld
from billing.models import UsageEvent
from billing.services.metering import Refusal, Settlement, UsageRequest, charge_many, settle_many
from memory.enums import TargetKind
from memory.models import ConversationTurn
from memory.queries.hits import Hit
from memory.services.uses import record_answers
from veri.platform.connections.batches import Batches
from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.reading import fetch_rows

logger = structlog.get_logger(__name__)

_COLUMNS = {
    "creator_id": "bigint",
    "request_id": "varchar",
    "conversation": "varchar",
    "question": "text",
    "answer": "text",
    "sentences": "jsonb",
    "citations": "jsonb",
    "retrieved": "jsonb",
    "store": "varchar",
    "model": "varchar",
    "is_degraded": "boolean",
    "rung": "varchar",
    "duration_ms": "int",
    "asked_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())
_INSERT = f"""
INSERT INTO memory_conversationturn ({_NAMES})
SELECT {_NAMES} FROM unnest({_ARRAYS}) WITH ORDINALITY AS turn ({_NAMES}, place) ORDER BY place
RETURNING id"""  # noqa: S608  names from code


@dataclass(frozen=True, kw_only=True)
class EndedTurn:
    """A turn with what it costs: charged at once where no model was asked, else settled; neither when not metered.

    Each model that was asked has a settlement of its own.
    """

    turn: ConversationTurn
    charge: UsageRequest | None = None
    settlements: Sequence[Settlement] = ()


def keep_turn(*, ended: EndedTurn) -> ConversationTurn:
    """Insert a turn and meter it in one transaction; on an event loop together with the others that end now.

    Raises:
        QuotaExceeded, BudgetExceeded, PriceUnknown: it cannot be charged; nothing is kept.
    """
    if is_bridged():
        return wait_for((_CHARGED if ended.charge else _SETTLED).submit(ended))
    (kept,) = keep_turns([ended])
    if isinstance(kept, Exception):
        raise kept
    return kept


@transaction.atomic(durable=True)
def keep_turns(ended: Sequence[EndedTurn]) -> list[ConversationTurn | Refusal]:
    """Insert turns and meter them in one transaction; one that cannot be charged is refused and not kept.

    All are charged, or all are settled.
    """
    refused = _charge([one for one in ended if one.charge])
    _settle([settlement for one in ended for settlement in one.settlements])
    kept = [one.turn for one in ended if id(one) not in refused]
    _insert(kept)
    _count_citations(kept)
    return [refused.get(id(one)) or one.turn for one in ended]


def _count_citations(turns: Sequence[ConversationTurn]) -> None:
    """Reinforce what answers cite: cited use, not retrieval, keeps a memory."""
    cited = [[int(one["id"]) for one in turn.citations if one["kind"] == TargetKind.MEMORY] for turn in turns]
    if any(cited):
        record_answers(cited=cited, now=max(turn.asked_at for turn in turns))


def _charge(ended: Sequence[EndedTurn]) -> dict[int, Refusal]:
    """Charge turns; return by identity why some cannot be."""
    requests = [one.charge for one in ended if one.charge]
    if not requests:
        return {}
    now: datetime = max(one.turn.asked_at for one in ended)
    charged = charge_many(requests=requests, now=now)
    return {id(one): result for one, result in zip(ended, charged, strict=True) if not isinstance(result, UsageEvent)}


def _settle(settlements: Sequence[Settlement]) -> None:
    if not settlements:
        return
    for settlement, result in zip(settlements, settle_many(settlements=settlements), strict=True):
        if isinstance(result, ReservationNotHeld) and settlement.counts is not None:
            # A reader so slow that the reservation expired: it was charged as estimated.
            logger.warning("settled_too_late", action=settlement.action)


def describe_hits(hits: Sequence[Hit]) -> list[list[object]]:
    """Return what a turn keeps of its hits, best first: the kind's letter, id, score, share of the question covered."""
    return [[one.target.kind[0], one.target.id, round(one.score, 4), round(one.coverage, 3)] for one in hits]


def _insert(turns: Sequence[ConversationTurn]) -> None:
    """Insert new turns and give them their ids; by hand, since every question waits for it."""
    if not turns:
        return
    parameters = {name: [_read(one, name) for one in turns] for name in _COLUMNS}
    for turn, (pk,) in zip(turns, fetch_rows(_INSERT, parameters), strict=True):
        turn.pk = pk


def _read(turn: ConversationTurn, name: str) -> object:
    value = getattr(turn, name)
    return orjson.dumps(value).decode() if _COLUMNS[name] == "jsonb" else value


# Charging locks allowances, settling reservations before them: both in one transaction could cross another process's.
_CHARGED: Batches[EndedTurn, ConversationTurn] = Batches(name="turns-charged", process=keep_turns)
_SETTLED: Batches[EndedTurn, ConversationTurn] = Batches(name="turns-settled", process=keep_turns)
