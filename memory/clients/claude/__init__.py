"""Anthropic's Messages API through the official SDK. Only this folder imports it."""

from memory.clients.claude.client import ClaudeClient, get_claude

__all__ = ["ClaudeClient", "get_claude"]
