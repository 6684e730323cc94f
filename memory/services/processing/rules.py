"""The default processor: rules and templates, pure and immediate."""

from memory.extraction import extract
from memory.services.processing.interface import Batch, Processed


class RuleProcessor:
    """Every extractor over every interaction."""

    name = "rules"

    def process(self, batch: Batch) -> Processed:
        extracted = [(one.interaction_id, extract(one)) for one in batch.sources]
        return Processed(
            signals=tuple((pk, fact) for pk, found in extracted for fact in found.signals),
            candidates=tuple((pk, candidate) for pk, found in extracted for candidate in found.candidates),
        )
