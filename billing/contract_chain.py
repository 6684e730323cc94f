"""The chain of a contract's events: each hash covers the link before, so that none can be changed or left out."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC

from billing.models import ContractEvent

FIRST = "0" * 64


def compute_link(event: ContractEvent) -> str:
    """Return ``SHA-256(previous_hash || canonical JSON of the event)``, in hexadecimal."""
    document = {
        "contract": event.contract_id,
        "number": event.number,
        "kind": event.kind,
        "version": event.version_number,
        "sha256": event.sha256,
        "side": event.side,
        "actor": event.actor_key,
        "facts": event.facts,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(event.previous_hash.encode() + canonical.encode()).hexdigest()


def find_chain_problems(events: Iterable[ContractEvent]) -> list[str]:
    """Return what does not fit in a chain given in order: gaps, other predecessors, other contents."""
    problems, previous = [], FIRST
    for place, event in enumerate(events, start=1):
        if event.number != place:
            problems.append(f"event {place} is missing")
        if event.previous_hash != previous:
            problems.append(f"event {event.number} does not follow the one before")
        if compute_link(event) != event.hash:
            problems.append(f"event {event.number} was changed")
        previous = event.hash
    return problems
