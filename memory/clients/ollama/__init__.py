"""Ollama's HTTP API: models that run on a machine of one's own."""

from memory.clients.ollama.client import OllamaClient

__all__ = ["OllamaClient"]
