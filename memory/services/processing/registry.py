"""From a configured name to its processor."""

from django.conf import settings

from memory.errors import ProcessorUnavailable
from memory.services.processing.interface import Processor, SessionProcessor
from memory.services.processing.rules import RuleProcessor

RULES = "rules"


def get_processor(name: str) -> Processor:
    """Return a processor; its client loads only here.

    Raises:
        ProcessorUnavailable: there is none of that name, or it lacks what it needs.
    """
    if name == RULES:
        return RuleProcessor()
    if name == "claude":
        from memory.services.processing.claude import build_claude_processor  # only where it is configured

        return build_claude_processor()
    if name == "ollama":
        from memory.services.processing.ollama import build_ollama_processor  # same

        return build_ollama_processor()
    if name == "whisper":
        from memory.services.processing.whisper import build_whisper_processor  # same

        return build_whisper_processor()
    raise ProcessorUnavailable(f"There is no processor called {name}.")


def list_session_processors() -> list[str]:
    """Return the names of the configured processors that read sessions."""
    return [name for name in settings.MEMORY_PROCESSORS if name != RULES]


def get_session_processor(name: str) -> SessionProcessor:
    """Return a configured processor that reads sessions; raises as ``get_processor`` does."""
    found = get_processor(name)
    if not isinstance(found, SessionProcessor):
        raise ProcessorUnavailable(f"{name} reads no sessions.")
    return found
