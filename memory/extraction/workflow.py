"""Steps of the creator's own production work."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import say_date, split_sentences

_STEP = re.compile(
    r"(?i)\b(?:finished|completed|done with|wrapped(?: up)?|started|began) (?:the )?"
    r"(?P<step>editing|filming|recording|shooting|rendering|scripting|colou?r grading|mixing|uploading|thumbnails?)\b"
)


def find_workflow_steps(source: Source) -> Iterator[Candidate]:
    """Yield production steps the creator reports, and runs reported as ``workflow.*`` interactions."""
    when = say_date(source.occurred_at)
    if source.type.startswith("workflow."):
        yield _remember(source, source.type.removeprefix("workflow."), source.text.strip()[:300] or source.type, when)
    elif source.is_own:
        for sentence in split_sentences(source.text):
            found = _STEP.search(sentence)
            if found:
                yield _remember(source, found["step"].lower(), sentence[:300], when)


def _remember(source: Source, step: str, sentence: str, when: str) -> Candidate:
    return Candidate(
        type=MemoryType.WORKFLOW,
        subject=source.handle,
        predicate=f"workflow {step}"[:120],
        value=f"{step} on {source.occurred_at:%Y-%m-%d}"[:200],
        text=f"Workflow of @{source.handle}, {step} on {when}: “{sentence}”",
        keywords="workflow production step",
        confidence=0.7,
    )
