"""Which of what was found a question wants, and how much memories have faded."""

from collections.abc import Iterable, Sequence

from creators.stores import InteractionRecord
from memory.enums import MemoryState, MemoryType, TargetKind
from memory.queries.hits import Hit
from memory.queries.outdated import Outdated, find_outdated, restates
from memory.queries.question import Question
from memory.queries.retention import compute_retention, is_exempt, read_freshness, weigh_memory
from memory.stores import MemoryRecord, Target


def weigh_memories(asked: Question, memories: Sequence[MemoryRecord]) -> dict[Target, float]:
    """Return what each memory's relevance is multiplied by; nothing where memories do not fade."""
    if asked.fades_at is None:
        return {}
    fresh = read_freshness(memories=memories)
    return {
        Target(TargetKind.MEMORY.value, one.id): weigh_memory(
            retention=1.0
            if is_exempt(predicate=one.predicate, is_pinned=one.is_pinned)
            else compute_retention(stability_days=one.stability_days, freshness=fresh[one.id], now=asked.fades_at),
            importance=one.importance,
        )
        for one in memories
    }


def is_dormant(asked: Question, memory: MemoryRecord | None) -> bool:
    return asked.fades_at is not None and memory is not None and memory.state == MemoryState.DORMANT


def find_outdated_of(asked: Question, interaction_ids: list[int], memories: Iterable[MemoryRecord]) -> Outdated:
    """Return what holds no longer of interactions, and of those that content memories tell."""
    told = [pk for one in memories if _tells_content(one) for pk in one.latest_evidence]
    if asked.time.history or asked.time.confines or not (interaction_ids or told):
        return Outdated()
    return find_outdated(creator_id=asked.creator_id, interaction_ids={*interaction_ids, *told})


def _tells_content(memory: MemoryRecord) -> bool:
    return memory.type == MemoryType.CONTENT_KNOWLEDGE and not memory.is_slot


def is_wanted(hit: Hit, asked: Question, outdated: Outdated) -> bool:
    if hit.memory:
        at, kind_fits = hit.memory.valid_from, _is_memory_wanted(hit.memory, asked, outdated)
    elif hit.interaction:
        at, kind_fits = hit.interaction.occurred_at, _is_interaction_wanted(hit.interaction, asked, outdated)
    else:  # deleted since it was indexed
        return False
    since, until = asked.filters.since, asked.filters.until
    return kind_fits and (since is None or at >= since) and (until is None or at < until)


def _is_memory_wanted(memory: MemoryRecord, asked: Question, outdated: Outdated) -> bool:
    filters, time = asked.filters, asked.time
    if filters.platforms or (filters.types and memory.type not in filters.types):
        return False
    if memory.is_slot:
        holds = memory.state != MemoryState.SUPERSEDED or time.wants_superseded
        return holds and (time.period is None or time.period.meets(memory.valid_from, memory.valid_to))
    if time.confines and not time.confines.meets(memory.valid_from, memory.valid_from):
        return False
    values = outdated.list_values(memory.latest_evidence) if _tells_content(memory) else frozenset()
    return not restates(memory.text, values)


def _is_interaction_wanted(interaction: InteractionRecord, asked: Question, outdated: Outdated) -> bool:
    filters, confines = asked.filters, asked.time.confines
    return (
        interaction.id not in outdated.whole
        and not filters.types
        and (not filters.platforms or interaction.platform in filters.platforms)
        and (confines is None or confines.meets(interaction.occurred_at, interaction.occurred_at))
    )
