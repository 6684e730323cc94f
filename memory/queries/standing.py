"""What is known of a creator, described so that two formations can be compared: by content, without row ids."""

from collections import defaultdict
from typing import Any

from memory.enums import MemoryState
from memory.models import Memory, MemoryEvidence

OBSERVATION = "observation"  # how predicates of what consolidation writes begin: formation has no part in them
# What people and time made of a memory is no matter of formation.
_LEFT_ALONE = frozenset({MemoryState.DORMANT.value, MemoryState.ARCHIVED.value})
COLUMNS = (
    *("type", "subject", "predicate", "value", "text", "keywords", "is_slot", "confidence", "importance"),
    *("stability_days", "strength", "latest_evidence", "valid_from", "valid_to"),
)


def list_emptied_slots(*, creator_id: int) -> set[tuple[str, str]]:
    """Return subject and predicate of the memories that rest on an interaction whose words are gone."""
    rested = MemoryEvidence.objects.filter(memory__creator_id=creator_id, interaction__stub__isnull=False)
    return set(rested.values_list("memory__subject", "memory__predicate"))


def describe_memories(*, creator_id: int) -> dict[str, dict[str, Any]]:
    """Return every formed memory by content hash: its columns, its successor's hash, and what it rests on.

    Observations are not formed but consolidated, and left out.
    """
    memories = Memory.objects.filter(creator_id=creator_id).exclude(predicate__startswith=OBSERVATION)
    hashes = dict(memories.values_list("pk", "content_hash"))
    evidence: dict[int, set[int]] = defaultdict(set)
    rested = MemoryEvidence.objects.filter(memory__creator_id=creator_id)
    for memory_id, interaction_id in rested.values_list("memory_id", "interaction_id").iterator(chunk_size=5000):
        evidence[memory_id].add(interaction_id)
    return {
        row["content_hash"]: {name: row[name] for name in COLUMNS}
        | {
            "state": MemoryState.ACTIVE.value if row["state"] in _LEFT_ALONE else row["state"],
            "superseded_by": hashes.get(row["superseded_by_id"]),
            "evidence": frozenset(evidence[row["pk"]]),
        }
        for row in memories.values("pk", "content_hash", "state", "superseded_by_id", *COLUMNS)
    }
