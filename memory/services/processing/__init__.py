"""Processors: what reads interactions and says what is in them, behind one interface, chosen by configuration."""

from memory.services.processing.interface import Batch, Processed, Processor, SessionProcessor
from memory.services.processing.registry import get_processor, list_session_processors

__all__ = [
    "Batch",
    "Processed",
    "Processor",
    "SessionProcessor",
    "get_processor",
    "list_session_processors",
]
