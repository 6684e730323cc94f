"""Take in items from outside: validate each, find its creator, record what may be recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from creators.enums import Outcome
from creators.models import User
from creators.normalisers import Envelope
from creators.queries.creators import find_ingest_targets
from creators.services.ingest import MAX_ROWS, NewInteraction, Recorded, record_interactions
from creators.services.validation import FieldError, ItemRejected, ValidItem, validate_item

_UNKNOWN_CREATOR = FieldError("creator", "no such creator, or not yours")
_CLOSED_CREATOR = FieldError("creator", "this creator is inactive or has withdrawn consent")
_BATCH_FULL = FieldError("payload", f"the batch holds more than {MAX_ROWS} records")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What became of one item; a page of records has several ids."""

    outcome: Outcome
    interaction_ids: list[int] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResult:
    """Results in the order of the items; counts are of items."""

    items: list[ItemResult]

    def count(self, outcome: Outcome) -> int:
        return sum(item.outcome == outcome for item in self.items)


def take_in_items(*, items: Sequence[Any], acting_user: User | None, now: datetime, creator: str = "") -> IntakeResult:
    """Record every acceptable item in one transaction and say for each what became of it.

    ``acting_user`` limits the creators to those the user owns, unless staff; None (an operator's command) knows no
    limit. ``creator`` is the handle for items that name none. A creator of somebody else is refused in the same
    words as one that does not exist.
    """
    checked = [_check_item(item, now, creator) for item in items]
    handles = {item.handle for item in checked if isinstance(item, ValidItem)}
    targets = find_ingest_targets(handles=sorted(handles), acting_user=acting_user)
    rows: list[NewInteraction] = []
    planned = [_plan_item(item, targets, rows) for item in checked]
    recorded = record_interactions(items=rows, now=now).items
    return IntakeResult(items=[_finish_item(plan, recorded) for plan in planned])


def _check_item(item: Any, now: datetime, creator: str) -> ValidItem | list[FieldError]:
    try:
        return validate_item(item=item, now=now, creator=creator)
    except ItemRejected as rejected:
        return rejected.errors


def _plan_item(
    item: ValidItem | list[FieldError], targets: dict[str, tuple[int, bool]], rows: list[NewInteraction]
) -> slice | list[FieldError]:
    """Append an item's rows and return where they stand, or the reasons against it."""
    if isinstance(item, list):
        return item
    creator_id, is_open = targets.get(item.handle, (0, False))
    if not creator_id:
        return [_UNKNOWN_CREATOR]
    if not is_open:
        return [_CLOSED_CREATOR]
    if len(rows) + len(item.envelopes) > MAX_ROWS:
        return [_BATCH_FULL]
    start = len(rows)
    rows.extend(_build_row(creator_id, envelope) for envelope in item.envelopes)
    return slice(start, len(rows))


def _build_row(creator_id: int, envelope: Envelope) -> NewInteraction:
    return NewInteraction(
        creator_id=creator_id,
        platform=envelope.platform,
        external_id=envelope.external_id,
        type=envelope.type,
        occurred_at=envelope.occurred_at,
        channel=envelope.channel,
        author=envelope.author,
        text=envelope.text,
        attachments=envelope.attachments,
        payload=envelope.payload,
    )


def _finish_item(plan: slice | list[FieldError], recorded: list[Recorded]) -> ItemResult:
    if isinstance(plan, list):
        return ItemResult(outcome=Outcome.REJECTED, errors=plan)
    rows = recorded[plan]
    created = any(row.outcome == Outcome.CREATED for row in rows)
    return ItemResult(
        outcome=Outcome.CREATED if created else Outcome.DUPLICATE,
        interaction_ids=[row.interaction_id for row in rows if row.interaction_id is not None],
    )
