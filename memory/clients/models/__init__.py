"""What every language model behind a network shares: retries, deadlines, breakers, and what a call used."""

from memory.clients.models.client import ModelClient
from memory.clients.models.schemas import Prompt
from memory.clients.models.usage import Usage

__all__ = ["ModelClient", "Prompt", "Usage"]
