"""Anthropic's Messages API through the official SDK. Only this folder imports it."""

from memory.clients.claude.client import ClaudeClient, get_claude
from memory.clients.claude.schemas import Prompt
from memory.clients.claude.usage import Usage

__all__ = ["ClaudeClient", "Prompt", "Usage", "get_claude"]
