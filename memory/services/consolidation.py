"""Nightly consolidation: what many interactions tell together becomes one observation, which rests on them.

No model is asked. What holds is a function of the stored signals and content alone; an observation says how many proofs
it has in steps (5, 10, 20, 50 …), so that it is written again only when there are twice as many, and then the new one
supersedes the old. Formation, its replay and realignment leave observations to this module.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from creators.models import Creator
from memory.enums import MemoryState, MemoryType, SignalKind
from memory.extraction.standing import get_stability_days, rate_importance
from memory.models import Memory, MemoryEvidence, Signal
from memory.queries.observations import Proof, list_compared, list_repeated
from memory.queries.standing import OBSERVATION
from memory.services.hashing import hash_content
from memory.services.indexing import index_documents, list_documents
from memory.services.locks import lock_formation
from memory.services.merging import LATEST_EVIDENCE
from veri.platform.events.services import publish_event

STEPS = (5, 10, 20, 50, 100, 200, 500, 1_000)
RATIOS = (1.5, 2, 3, 5, 10)
MOST = 20  # observations of a kind, those with the most proofs
DOUBT = 5  # proofs that give half of certainty
ASKED, MENTIONED, BETTER = f"{OBSERVATION} asked about", f"{OBSERVATION} brought up", f"{OBSERVATION} does better"


@dataclass(frozen=True, kw_only=True)
class ConsolidationResult:
    """Observations that hold, and how many memories were written for it: new, revived or superseded."""

    observations: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class _Observation:
    """What shall hold of one subject and predicate."""

    type: MemoryType
    subject: str
    predicate: str
    value: str
    text: str
    keywords: str
    proofs: Sequence[Proof]

    @property
    def digest(self) -> str:
        return hash_content(self.subject, self.predicate, self.value)


def list_consolidated_creators() -> list[int]:
    """Return the creators who have topics or brands in their interactions, or observations that may hold no longer."""
    said = Signal.objects.filter(creator=OuterRef("pk"), kind__in=[SignalKind.TOPIC, SignalKind.BRAND])
    known = Memory.objects.filter(creator=OuterRef("pk"), predicate__startswith=OBSERVATION)
    found = Creator.objects.filter(Exists(said) | Exists(known))
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic(durable=True)
def consolidate_observations(*, creator_id: int, now: datetime) -> ConsolidationResult:
    """Bring one creator's observations in line with what is stored; running it again changes nothing."""
    creator = Creator.objects.filter(pk=creator_id).first()
    if creator is None:
        return ConsolidationResult(observations=0, changed=0)
    lock_formation(creator_id=creator_id)
    wanted = {one.digest: one for one in _observe(creator)}
    stored = {one.content_hash: one for one in _list_stored(creator)}
    holding = {digest: _hold(creator, one, stored.get(digest), now) for digest, one in wanted.items()}
    gone = [one for digest, one in stored.items() if digest not in wanted and one.state == MemoryState.ACTIVE]
    for memory in gone:
        _supersede(memory, [one for one, _ in holding.values()], now)
    formed = [memory for memory, is_changed in holding.values() if is_changed]
    index_documents(creator_id=creator_id, documents=list_documents(formed, []))  # vectors are made by the next sweep
    if formed or gone:
        publish_event(
            name="memories.formed",
            payload={"creator_id": creator_id, "memory_ids": [one.pk for one in formed]},
            key=str(creator_id),
        )
    return ConsolidationResult(observations=len(wanted), changed=len(formed) + len(gone))


def _observe(creator: Creator) -> Iterator[_Observation]:
    yield from _keep_strongest(_observe_questions(creator))
    yield from _keep_strongest(_observe_brands(creator))
    yield from _keep_strongest(_observe_videos(creator))


def _keep_strongest(observations: Iterator[_Observation]) -> list[_Observation]:
    return sorted(observations, key=lambda one: (-len(one.proofs), one.subject))[:MOST]


def _observe_questions(creator: Creator) -> Iterator[_Observation]:
    for one in list_repeated(creator=creator, kind=SignalKind.TOPIC, asks=True):
        proofs = _take_step(one.proofs)
        yield _Observation(
            type=MemoryType.CONTENT_KNOWLEDGE,
            subject=one.value[:120],
            predicate=ASKED,
            value=f"at least {len(proofs)}",
            text=f"Viewers of @{creator.handle} ask about {one.value}: at least {len(proofs)} of them did.",
            keywords="viewers audience fans ask asked question questions often want know",
            proofs=proofs,
        )


def _observe_brands(creator: Creator) -> Iterator[_Observation]:
    for one in list_repeated(creator=creator, kind=SignalKind.BRAND, asks=False):
        proofs = _take_step(one.proofs)
        yield _Observation(
            type=MemoryType.BRAND_INTERACTION,
            subject=one.value[:120],
            predicate=MENTIONED,
            value=f"at least {len(proofs)}",
            text=f"Viewers of @{creator.handle} bring up {one.value}: at least {len(proofs)} of them did.",
            keywords="viewers audience fans brand brands mention mentioned comments",
            proofs=proofs,
        )


def _observe_videos(creator: Creator) -> Iterator[_Observation]:
    for one in list_compared(creator=creator):
        reached = [ratio for ratio in RATIOS if one.ratio >= ratio]
        if not reached:
            continue
        proofs = _take_step(one.proofs)
        yield _Observation(
            type=MemoryType.CONTENT_KNOWLEDGE,
            subject=one.topic[:120],
            predicate=BETTER,
            value=f"{reached[-1]:g} times, at least {len(proofs)}",
            text=(
                f"Videos of @{creator.handle} about {one.topic} do better: at least {len(proofs)} of them, with a "
                f"median of at least {reached[-1]:g} times the views of the others."
            ),
            keywords="videos content topic perform performs performance views best works",
            proofs=proofs,
        )


def _take_step(proofs: Sequence[Proof]) -> Sequence[Proof]:
    """Return the earliest proofs, as many as the highest step that is reached."""
    return proofs[: max(step for step in STEPS if step <= len(proofs))]


def _list_stored(creator: Creator) -> list[Memory]:
    return list(Memory.objects.filter(creator=creator, predicate__startswith=OBSERVATION).order_by("pk"))


def _hold(creator: Creator, one: _Observation, stored: Memory | None, now: datetime) -> tuple[Memory, bool]:
    """Return the memory of an observation and whether it is new or holds again; its evidence is brought in line."""
    latest = sorted(one.proofs, key=lambda proof: (proof.occurred_at, proof.interaction_id), reverse=True)
    memory = stored or Memory(creator=creator, recorded_at=now, content_hash=one.digest)
    before = (memory.pk, memory.state, memory.strength, memory.latest_evidence, memory.text)
    memory.type, memory.subject, memory.predicate = one.type, one.subject, one.predicate
    memory.value, memory.text, memory.keywords = one.value, one.text, one.keywords
    memory.confidence = round(len(one.proofs) / (len(one.proofs) + DOUBT), 4)
    memory.importance = rate_importance(type=one.type, predicate=one.predicate, value=one.value)
    memory.stability_days = get_stability_days(type=one.type, is_slot=False)
    memory.strength, memory.latest_evidence = len(latest), [proof.interaction_id for proof in latest[:LATEST_EVIDENCE]]
    memory.valid_from, memory.valid_to, memory.superseded_by = latest[0].occurred_at, None, None
    if memory.state == MemoryState.SUPERSEDED:
        memory.state = MemoryState.ACTIVE
    if before != (memory.pk, memory.state, memory.strength, memory.latest_evidence, memory.text):
        memory.save()
    _rest(memory, one.proofs)
    return memory, before[:2] != (memory.pk, memory.state)


def _rest(memory: Memory, proofs: Sequence[Proof]) -> None:
    """Let a memory rest on exactly these proofs."""
    held = set(MemoryEvidence.objects.filter(memory=memory).values_list("interaction_id", flat=True))
    wanted = {one.interaction_id: one for one in proofs}
    if surplus := held - wanted.keys():
        MemoryEvidence.objects.filter(memory=memory, interaction__in=surplus).delete()
    MemoryEvidence.objects.bulk_create(
        MemoryEvidence(memory=memory, interaction_id=pk, occurred_at=one.occurred_at)
        for pk, one in wanted.items()
        if pk not in held
    )


def _supersede(memory: Memory, holding: Sequence[Memory], now: datetime) -> None:
    """End an observation: the one that holds now of the same is its successor, if there is any."""
    key = (memory.subject, memory.predicate)
    memory.superseded_by = next((one for one in holding if (one.subject, one.predicate) == key), None)
    memory.valid_to = memory.superseded_by.valid_from if memory.superseded_by else now
    memory.state = MemoryState.SUPERSEDED
    memory.save(update_fields=["superseded_by", "valid_to", "state"])
