"""Why a memory says what it says: its evidence, the signals in it, and the values before and after."""

from dataclasses import dataclass

from memory.models import Memory, MemoryEvidence, Signal

SHOWN_EVIDENCE = 20
SHOWN_SIGNALS = 60
LONGEST_CHAIN = 10


@dataclass(frozen=True, kw_only=True)
class MemoryExplanation:
    """The latest evidence (``evidence_total`` is the memory's strength), its signals, older and newer values."""

    memory: Memory
    evidence: list[MemoryEvidence]
    evidence_total: int
    signals: list[Signal]
    earlier: list[Memory]
    later: list[Memory]

    @property
    def chain(self) -> list[Memory]:
        """Return all values of the slot that are known here, oldest first."""
        return [*reversed(self.earlier), self.memory, *self.later]


def explain_memory(*, memory: Memory) -> MemoryExplanation:
    """Return at most 20 interactions, their signals up to 60, and ten steps of the chain in each direction."""
    evidence = list(
        MemoryEvidence.objects.filter(memory=memory)
        .select_related("interaction")
        .order_by("-occurred_at", "-pk")[:SHOWN_EVIDENCE]
    )
    shown = [one.interaction_id for one in evidence]
    return MemoryExplanation(
        memory=memory,
        evidence=evidence,
        evidence_total=memory.strength,
        signals=list(Signal.objects.filter(interaction__in=shown).order_by("kind", "value", "pk")[:SHOWN_SIGNALS]),
        earlier=_list_earlier(memory),
        later=_list_later(memory),
    )


def _list_later(memory: Memory) -> list[Memory]:
    chain: list[Memory] = []
    while memory.superseded_by_id and len(chain) < LONGEST_CHAIN:
        memory = Memory.objects.get(pk=memory.superseded_by_id)
        chain.append(memory)
    return chain


def _list_earlier(memory: Memory) -> list[Memory]:
    """Return older values of the same slot: the slot's index finds them, ``superseded_by`` alone has none."""
    slot = Memory.objects.filter(creator=memory.creator_id, subject=memory.subject, predicate=memory.predicate)
    if not memory.is_slot:
        return []
    older = slot.filter(valid_from__lt=memory.valid_from).exclude(pk=memory.pk)
    return list(older.order_by("-valid_from", "-pk")[:LONGEST_CHAIN])
