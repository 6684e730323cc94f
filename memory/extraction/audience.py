"""What the audience feels about a topic: repeats strengthen one memory."""

from collections.abc import Iterator, Sequence

from memory.enums import MemoryType, SignalKind
from memory.extraction.candidates import Candidate, SignalFact, Source

STRONG = 0.4


def find_audience_views(source: Source, signals: Sequence[SignalFact]) -> Iterator[Candidate]:
    """Yield one memory per topic of a clearly positive or negative message by somebody else."""
    score = next((one.number for one in signals if one.kind is SignalKind.SENTIMENT), None)
    if source.is_own or not source.author or score is None or abs(score) < STRONG:
        return
    feeling = "positively" if score > 0 else "negatively"
    topics = (one.value for one in signals if one.kind is SignalKind.TOPIC)
    for topic in (one for one in topics if one != source.handle):
        yield Candidate(
            type=MemoryType.CONTENT_KNOWLEDGE,
            subject="audience",
            predicate=f"feels about {topic}",
            value=feeling,
            text=f"The audience of @{source.handle} speaks {feeling} about {topic}.",
            keywords="audience viewers comments feedback sentiment think",
            confidence=0.6,
        )
