"""Form a creator's memories again from the event log, and bring what is stored in line with it.

No model is asked: what language models stated is read from its signals. What people decided is obeyed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from creators.models import Creator, Interaction
from creators.services.ingest import RECORDED_EVENT
from memory.enums import TargetKind
from memory.models import Memory
from memory.queries.standing import describe_memories, list_emptied_slots
from memory.services.formation import merge_processed, read_interactions
from memory.services.indexing import index_documents, list_documents, remove_documents
from memory.services.locks import lock_formation
from veri.platform.events.models import Event
from veri.platform.events.services import publish_event

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class ReplayResult:
    """Interactions read and memories formed from them; what the stored ones lacked, had too many, had otherwise."""

    interactions: int
    memories: int
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    different: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return not (self.missing or self.surplus or self.different)


@transaction.atomic(durable=True)
def replay_formation(*, creator_id: int, now: datetime, is_dry_run: bool = False) -> ReplayResult:
    """Form everything anew beside what is stored, compare, and unless ``is_dry_run`` store what differed.

    Holds the creator's formation lock throughout. Memories that are the same are not touched, and keep their ids; those
    that differ are formed anew, which their pins and uses do not survive. Nothing is written when nothing differs. What
    rests on interactions a policy emptied cannot be formed again: it is left alone, with all of its subject and
    predicate.

    Raises:
        Creator.DoesNotExist: unknown.
    """
    creator = Creator.objects.get(pk=creator_id)
    lock_formation(creator_id=creator_id)
    ids = list_recorded_ids(creator_id=creator_id)
    emptied = list_emptied_slots(creator_id=creator_id)
    stored = _drop_emptied(describe_memories(creator_id=creator_id), emptied)
    start = transaction.savepoint()
    Memory.objects.filter(creator=creator).delete()
    _form(creator, ids, now)
    formed = _drop_emptied(describe_memories(creator_id=creator_id), emptied)
    transaction.savepoint_rollback(start)
    result = ReplayResult(
        interactions=len(ids),
        memories=len(formed),
        missing=tuple(sorted(formed.keys() - stored.keys())),
        surplus=tuple(sorted(stored.keys() - formed.keys())),
        different=tuple(sorted(one for one in stored.keys() & formed.keys() if stored[one] != formed[one])),
    )
    if not (is_dry_run or result.is_same):
        _bring_in_line(creator, ids, result, now)
    return result


def list_recorded_ids(*, creator_id: int) -> list[int]:
    """Return a creator's interactions in the order of the event log; those older than the log come first, by id."""
    events = Event.objects.filter(name=RECORDED_EVENT, key=str(creator_id)).order_by("pk")
    logged = dict.fromkeys(
        pk for payload in events.values_list("payload", flat=True) for pk in payload["interaction_ids"]
    )
    existing = list(Interaction.objects.filter(creator_id=creator_id).order_by("pk").values_list("pk", flat=True))
    known = set(existing)
    return [pk for pk in existing if pk not in logged] + [pk for pk in logged if pk in known]


def _drop_emptied(described: dict[str, dict[str, Any]], emptied: set[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    return {key: one for key, one in described.items() if (one["subject"], one["predicate"]) not in emptied}


def _form(creator: Creator, ids: list[int], now: datetime) -> list[Memory]:
    """Form memories batch by batch; return those that are new."""
    formed = []
    for batch in _batch(ids):
        found = Interaction.objects.filter(creator=creator, pk__in=batch).order_by("occurred_at", "pk")
        interactions = list(found)
        formed += merge_processed(creator, interactions, read_interactions(creator, interactions), now=now).formed
    return formed


def _batch(ids: list[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _bring_in_line(creator: Creator, ids: list[int], result: ReplayResult, now: datetime) -> None:
    wrong = Memory.objects.filter(creator=creator, content_hash__in=[*result.surplus, *result.different])
    gone = list(wrong.values_list("pk", flat=True))
    wrong.delete()
    formed = {one.pk for one in _form(creator, ids, now)}
    remove_documents(creator_id=creator.pk, kind=TargetKind.MEMORY, ids=gone)
    documents = list_documents(Memory.objects.filter(pk__in=formed), [])  # vectors are made by the next sweep
    index_documents(creator_id=creator.pk, documents=documents)
    publish_event(
        name="memories.formed", payload={"creator_id": creator.pk, "memory_ids": sorted(formed)}, key=str(creator.pk)
    )
