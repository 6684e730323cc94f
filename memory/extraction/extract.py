"""Run every extractor over one interaction."""

from dataclasses import replace

from memory.extraction.amounts import find_amounts
from memory.extraction.audience import find_audience_views
from memory.extraction.brands import find_brands
from memory.extraction.campaigns import find_campaign_events
from memory.extraction.candidates import Candidate, Extraction, SignalFact, Source
from memory.extraction.content import find_content
from memory.extraction.dates import find_dates
from memory.extraction.metrics import find_metric_slots, find_metrics
from memory.extraction.phrases import LONGEST_TEXT
from memory.extraction.sentiment import find_sentiment
from memory.extraction.statements import find_statements
from memory.extraction.topics import find_topics
from memory.extraction.workflow import find_workflow_steps

LONGEST_VALUE = 200
LONGEST_NAME = 120  # of a subject or predicate, as their columns hold


def extract(source: Source) -> Extraction:
    """Return signals and candidate memories, without repeats; of a text only the first 10,000 characters are read."""
    source = replace(source, text=source.text[:LONGEST_TEXT])
    signals = (
        *find_sentiment(source),
        *find_topics(source),
        *find_brands(source),
        *find_amounts(source),
        *find_dates(source),
        *find_metrics(source),
    )
    candidates = (
        *(find_statements(source) if source.is_own else ()),
        *find_campaign_events(source),
        *find_workflow_steps(source),
        *find_metric_slots(source),
        *find_content(source),
        *find_audience_views(source, signals),
    )
    return Extraction(signals=_deduplicate_signals(signals), candidates=_deduplicate_candidates(candidates))


def _deduplicate_signals(signals: tuple[SignalFact, ...]) -> tuple[SignalFact, ...]:
    usable = [one for one in signals if 0 < len(one.value) <= LONGEST_VALUE]
    return tuple({(one.kind, one.value): one for one in usable}.values())


def _deduplicate_candidates(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Keep what fits its columns, once; of a slot stated twice the last statement counts."""
    usable = [one for one in candidates if 0 < len(one.value) <= LONGEST_VALUE and _is_named(one)]
    return tuple({(one.subject, one.predicate, "" if one.is_slot else one.value): one for one in usable}.values())


def _is_named(candidate: Candidate) -> bool:
    return 0 < len(candidate.subject) <= LONGEST_NAME and 0 < len(candidate.predicate) <= LONGEST_NAME
