"""What a processor takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from memory.extraction import Candidate, Source
from memory.extraction.candidates import SignalFact


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Interactions of one creator in order of event time; ``action`` names the call, should it cost something."""

    creator_id: int
    handle: str
    sources: tuple[Source, ...]
    conversation: str = ""
    action: str = ""

    def find(self, interaction_id: int) -> Source | None:
        """Return the interaction of an id, if the batch has it."""
        return next((one for one in self.sources if one.interaction_id == interaction_id), None)


@dataclass(frozen=True, kw_only=True)
class Processed:
    """Signals and candidate memories, each with the interaction it rests on; ``rejected`` counts refusals by reason."""

    signals: tuple[tuple[int, SignalFact], ...] = ()
    candidates: tuple[tuple[int, Candidate], ...] = ()
    rejected: Mapping[str, int] = field(default_factory=dict)


class Processor(Protocol):
    """Reads a batch. The same batch gives the same result, or what it gave is stored as signals and read from there."""

    name: str

    def process(self, batch: Batch) -> Processed:
        """Return what is in a batch.

        Raises:
            ProcessorUnavailable: it cannot work; the text says what to do.
            ProcessorAnswerInvalid: its model's answer as a whole cannot be used.
        """


@runtime_checkable
class SessionProcessor(Processor, Protocol):
    """A processor that is awaited: it reads closed sessions, outside of every transaction, one call each.

    ``model`` goes into the extractor's name. ``wants_media`` tells that it reads files and no texts.
    """

    model: str
    wants_media: bool

    def ask(self, batch: Batch) -> str:
        """Return the model's answer as it came, metered; raises as ``process`` does, and ``ModelCallFailed``."""

    def read(self, batch: Batch, answer: str) -> Processed:
        """Return what an answer holds; pure, so that an answer that was kept need not be paid twice."""
