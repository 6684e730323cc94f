"""Ollama's POST /api/chat, answered as a whole, in a given JSON schema. Source: Ollama's API documentation."""

from collections.abc import Mapping
from typing import Any

import httpx

from memory.errors import ProcessorAnswerInvalid, ProcessorUnavailable

TIMEOUT = httpx.Timeout(120.0, connect=3.0)  # a small machine writes slowly; below the task's own limit
LONGEST_ANSWER = 4_000  # tokens
CHARACTERS_PER_TOKEN = 3
SMALLEST_CONTEXT = 4_096


class OllamaClient:
    """One call at a time; the same request gives the same answer on the same machine (temperature 0, fixed seed)."""

    def __init__(self, *, base_url: str, model: str) -> None:
        self.model = model
        self._base_url = base_url

    def chat(self, *, system: str, user: str, schema: Mapping[str, Any]) -> str:
        """Return the model's answer.

        Raises:
            ProcessorUnavailable: nobody answers, the model is not there, or the server fails.
            ProcessorAnswerInvalid: the answer has another shape, or was cut off at its longest.
        """
        try:
            answer = httpx.post(f"{self._base_url}/api/chat", json=self._build(system, user, schema), timeout=TIMEOUT)
        except httpx.HTTPError as error:
            raise ProcessorUnavailable(f"Ollama is away ({type(error).__name__}): is OLLAMA_BASE_URL right?") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise ProcessorUnavailable(f"Ollama has no model {self.model}: pull it, or set OLLAMA_MODEL.")
        if answer.status_code != httpx.codes.OK:
            raise ProcessorUnavailable(f"Ollama answered {answer.status_code}.")
        return _read(answer)

    def _build(self, system: str, user: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        # Ollama cuts a prompt that is longer than its context without a word: ask for enough.
        needed = (len(system) + len(user)) // CHARACTERS_PER_TOKEN + LONGEST_ANSWER
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "stream": False,
            "format": dict(schema),
            "options": {
                "temperature": 0,
                "seed": 7,
                "num_predict": LONGEST_ANSWER,
                "num_ctx": max(SMALLEST_CONTEXT, needed),
            },
        }


def _read(answer: httpx.Response) -> str:
    try:
        body = answer.json()
        content, reason = body["message"]["content"], body.get("done_reason", "stop")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProcessorAnswerInvalid("Ollama's answer has an unknown shape.") from error
    if reason == "length":
        raise ProcessorAnswerInvalid("The model's answer was cut off at its longest.")
    if not isinstance(content, str):
        raise ProcessorAnswerInvalid("Ollama's answer has an unknown shape.")
    return content
