"""faster-whisper, an optional extra: speech to text on this machine. Only this folder imports it."""

from memory.clients.whisper.client import Transcript, WhisperClient

__all__ = ["Transcript", "WhisperClient"]
