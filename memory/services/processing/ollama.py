"""Sessions read by a model that Ollama serves: free, and held to the same checks."""

from django.conf import settings

from memory.clients.ollama import OllamaClient
from memory.errors import ProcessorUnavailable
from memory.services.processing.interface import Batch, Processed
from memory.services.processing.statements import PROMPT_VERSION, SCHEMA, SYSTEM, build_message, read_answer


class OllamaProcessor:
    """One call per session; the model is held to the answer's JSON schema while it writes."""

    name = "ollama"
    wants_media = False

    def __init__(self, client: OllamaClient) -> None:
        self.model = client.model
        self._client = client

    def process(self, batch: Batch) -> Processed:
        return self.read(batch, self.ask(batch))

    def ask(self, batch: Batch) -> str:
        return self._client.chat(system=SYSTEM, user=build_message(batch), schema=SCHEMA)

    def read(self, batch: Batch, answer: str) -> Processed:
        return read_answer(batch=batch, answer=answer, extractor=f"ollama:{self.model}:{PROMPT_VERSION}"[:80])


def build_ollama_processor() -> OllamaProcessor:
    """Return the processor; whether a server answers shows with its first call.

    Raises:
        ProcessorUnavailable: no model is named.
    """
    if not settings.OLLAMA_MODEL:
        raise ProcessorUnavailable("MEMORY_PROCESSORS names ollama, but OLLAMA_MODEL is not set.")
    return OllamaProcessor(OllamaClient(base_url=settings.OLLAMA_BASE_URL, model=settings.OLLAMA_MODEL))
