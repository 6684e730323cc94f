"""The language a text is written in, where its words tell."""

from collections.abc import Iterator

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source
from veri.platform.text import detect_language


def find_language(source: Source) -> Iterator[SignalFact]:
    """Yield one language, as its ISO 639-1 code."""
    language = detect_language(source.text)
    if language:
        yield SignalFact(kind=SignalKind.LANGUAGE, value=language, extractor="language.1")
