"""How the hits of one question came about: collected while it is retrieved, where somebody looks.

A question without a trace pays a comparison a step.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from memory.enums import MemoryState, TargetKind
from memory.queries.outdated import Outdated
from memory.queries.reranking import MessageQuestion, explain_messages
from memory.stores import Neighbourhood, Target, TermMatch

if TYPE_CHECKING:  # retrieval fills the trace and imports it
    from memory.queries.hits import Hit


@dataclass
class _Messages:
    """What ranked messages in the last window."""

    asked: MessageQuestion
    scores: Mapping[Target, float]
    matches: Mapping[Target, TermMatch]
    near: Neighbourhood


@dataclass
class RetrievalTrace:
    """Milliseconds by step, what was dropped and why, and the state of the search, which must only be read.

    ``asked`` and ``found`` are those of the search that was last made.
    """

    milliseconds: dict[str, float] = field(default_factory=dict)
    dropped: dict[Target, str] = field(default_factory=dict)
    asked: Any = None
    found: Any = None
    _messages: _Messages | None = None
    _at: float = 0.0

    def begin(self, *, asked: Any, found: Any) -> None:
        self.asked, self.found, self._at = asked, found, perf_counter()

    def mark(self, step: str) -> None:
        """Count the time since the last mark to a step."""
        now = perf_counter()
        self.milliseconds[step] = self.milliseconds.get(step, 0.0) + (now - self._at) * 1000
        self._at = now

    def note_messages(
        self,
        *,
        asked: MessageQuestion,
        scores: Mapping[Target, float],
        matches: Mapping[Target, TermMatch],
        near: Neighbourhood,
    ) -> None:
        self._messages = _Messages(asked=asked, scores=dict(scores), matches=matches, near=near)

    def note_superseded(self, memory_ids: AbstractSet[int]) -> None:
        self.dropped.update({Target(TargetKind.MEMORY.value, pk): "superseded" for pk in memory_ids})

    def note_loaded(self, *, hits: Iterable["Hit"], wanted: Sequence["Hit"], outdated: Outdated) -> None:
        kept = {one.target for one in wanted}
        self.dropped.update({one.target: _say_why(one, outdated) for one in hits if one.target not in kept})

    def explain_messages(self) -> dict[int, dict[str, float]]:
        """Return what the places of messages rest on, by interaction; one query."""
        held = self._messages
        if held is None:
            return {}
        return explain_messages(asked=held.asked, scores=held.scores, matches=held.matches, near=held.near)


def _say_why(hit: "Hit", outdated: Outdated) -> str:
    """Return why a loaded candidate is no hit."""
    if hit.memory is None and hit.interaction is None:
        return "deleted since it was indexed"
    if hit.interaction:
        return (
            "states only what is superseded" if hit.interaction.id in outdated.whole else "outside the filters or time"
        )
    if hit.memory and hit.memory.is_slot:
        return "superseded" if hit.memory.state == MemoryState.SUPERSEDED else "did not hold at the time asked for"
    return "restates what is superseded, or is outside the filters or time"
