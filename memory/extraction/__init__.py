"""Pure extraction: from one interaction to signals and candidate memories. No database, no clock, no network."""

from memory.extraction.candidates import Candidate, Extraction, Source
from memory.extraction.extract import extract

__all__ = ["Candidate", "Extraction", "Source", "extract"]
