"""OpenAI's Chat Completions API through the official SDK. Only this folder imports it."""

from memory.clients.openai.client import OpenAIClient, get_openai

__all__ = ["OpenAIClient", "get_openai"]
