"""Run every extractor over one interaction."""

from collections.abc import Iterator
from dataclasses import replace

from memory.enums import SignalKind
from memory.extraction.amounts import find_amounts
from memory.extraction.audience import find_audience_views
from memory.extraction.brands import find_brands
from memory.extraction.campaigns import find_campaign_events
from memory.extraction.candidates import Candidate, Extraction, SignalFact, Source
from memory.extraction.collaborations import PLATFORM, find_collaboration_facts
from memory.extraction.content import find_content
from memory.extraction.dates import find_dates
from memory.extraction.language import find_language
from memory.extraction.metrics import find_metric_slots, find_metrics
from memory.extraction.people import find_people
from memory.extraction.phrases import LONGEST_TEXT
from memory.extraction.preferences import find_preferences
from memory.extraction.quality import LOW, find_quality
from memory.extraction.sentiment import find_sentiment
from memory.extraction.statements import find_statements
from memory.extraction.topics import find_topics
from memory.extraction.travels import find_visits
from memory.extraction.workflow import find_workflow_steps

LONGEST_VALUE = 200
LONGEST_NAME = 120  # of a subject or predicate, as their columns hold


def extract(source: Source) -> Extraction:
    """Return signals and candidate memories, without repeats; of a text only the first 10,000 characters are read.

    A text that says nothing gives signals and no memory.
    """
    source = replace(source, text=source.text[:LONGEST_TEXT])
    signals = (
        *find_sentiment(source),
        *find_topics(source),
        *find_brands(source),
        *find_amounts(source),
        *find_dates(source),
        *find_metrics(source),
        *find_language(source),
        *find_quality(source),
    )
    if source.platform == PLATFORM:
        candidates: tuple[Candidate, ...] = tuple(find_collaboration_facts(source))
    else:
        candidates = () if _says_nothing(signals) else (*_find_own(source), *_find_any(source, signals))
    return Extraction(signals=_deduplicate_signals(signals), candidates=_deduplicate_candidates(candidates))


def _find_own(source: Source) -> Iterator[Candidate]:
    """Yield what only the creator's own words can tell."""
    if source.is_own:
        yield from find_statements(source)
        yield from find_preferences(source)
        yield from find_people(source)
        yield from find_visits(source)


def _find_any(source: Source, signals: tuple[SignalFact, ...]) -> Iterator[Candidate]:
    yield from find_campaign_events(source)
    yield from find_workflow_steps(source)
    yield from find_metric_slots(source)
    yield from find_content(source, signals)
    yield from find_audience_views(source, signals)


def _says_nothing(signals: tuple[SignalFact, ...]) -> bool:
    """Return whether a text is spam, emotes or empty words."""
    return any(one.kind is SignalKind.QUALITY and (one.number or 0.0) < LOW for one in signals)


def _deduplicate_signals(signals: tuple[SignalFact, ...]) -> tuple[SignalFact, ...]:
    usable = [one for one in signals if 0 < len(one.value) <= LONGEST_VALUE]
    return tuple({(one.kind, one.value): one for one in usable}.values())


def _deduplicate_candidates(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Keep what fits its columns, once; of a slot stated twice the last statement counts."""
    usable = [one for one in candidates if 0 < len(one.value) <= LONGEST_VALUE and _is_named(one)]
    return tuple({(one.subject, one.predicate, "" if one.is_slot else one.value): one for one in usable}.values())


def _is_named(candidate: Candidate) -> bool:
    return 0 < len(candidate.subject) <= LONGEST_NAME and 0 < len(candidate.predicate) <= LONGEST_NAME
