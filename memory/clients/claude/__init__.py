"""Anthropic's Messages API through the official SDK. Only this folder imports it."""

from memory.clients.claude.client import ClaudeClient, get_claude
from memory.clients.claude.schemas import Completion, TextPart

__all__ = ["ClaudeClient", "Completion", "TextPart", "get_claude"]
