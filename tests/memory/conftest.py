from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from creators.models import Creator, Interaction
from memory.clients.embeddings import get_embedder
from memory.clients.models.breaker import _build_own, _build_shared
from memory.enums import EmbeddingProvider
from memory.queries.providers import forget_providers
from memory.services.formation import form_memories
from tests.conftest import NOW
from tests.fakes.claude import FakeClaude, run_claude_server
from tests.fakes.ollama import FakeOllama, run_ollama_server
from tests.fakes.voyage import FakeVoyage, run_voyage_server
from veri.platform.connections.redis import get_redis

Say = Callable[..., Interaction]


def make_creator(handle: str, owner=None) -> Creator:
    return Creator.objects.create(owner=owner, handle=handle, created_at=NOW, updated_at=NOW)


def say(creator: Creator, text: str, *, at: datetime = NOW, author: str | None = None, **fields) -> Interaction:
    """Store one interaction; the creator's own words unless an author is given."""
    number = Interaction.objects.count()
    values = {"platform": "chat", "type": "message", "external_id": f"i-{number}-{text[:20]}", **fields}
    return Interaction.objects.create(
        creator=creator,
        author=creator.handle if author is None else author,
        text=text,
        occurred_at=at,
        received_at=NOW,
        **values,
    )


def form(creator: Creator, *interactions: Interaction):
    keys = [one.pk for one in interactions] or list(creator.interactions.values_list("pk", flat=True))
    return form_memories(creator_id=creator.pk, interaction_ids=keys, now=NOW)


@contextmanager
def fresh_breaker() -> Iterator[None]:
    def forget() -> None:
        _build_shared.cache_clear()
        _build_own.cache_clear()
        client = get_redis()
        for pattern in (
            "veri-claude-*",
            "veri:claude:*",
            "*veri-claude-*",
            "*veri-openai-*",
            "veri:openai:*",
            "veri:probe:*",
        ):
            for key in client.scan_iter(match=pattern):
                client.delete(key)

    forget()
    yield
    forget()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """What a test asked, its vectors and answers, must not answer the next one."""
    cache.clear()


@pytest.fixture
def claude(settings, monkeypatch) -> Iterator[FakeClaude]:
    """The configured model, served by the fake; waits between attempts are short."""
    monkeypatch.setattr("memory.clients.models.client.BACKOFF_SECONDS", 0.01)
    with run_claude_server() as fake, fresh_breaker():
        settings.CLAUDE_API_KEY = "test-key"
        settings.CLAUDE_BASE_URL = fake.url
        settings.CLAUDE_MODEL = "claude-haiku-5-5"
        yield fake


@pytest.fixture
def voyage(settings, monkeypatch) -> Iterator[FakeVoyage]:
    with run_voyage_server() as fake:
        settings.EMBEDDING_PROVIDER = "voyage"
        settings.VOYAGE_API_KEY = "test-key"
        settings.VOYAGE_BASE_URL = fake.url
        settings.VOYAGE_MODEL = "voyage-3.5-lite"
        get_embedder.cache_clear()
        forget_providers()
        yield fake
        get_embedder(EmbeddingProvider.VOYAGE)._http.close()
        get_embedder.cache_clear()


@pytest.fixture
def ollama(settings) -> Iterator[FakeOllama]:
    with run_ollama_server() as fake:
        settings.OLLAMA_BASE_URL = fake.url
        settings.OLLAMA_MODEL = "tiny"
        yield fake


@pytest.fixture
def client(owner) -> APIClient:
    api = APIClient()
    api.force_authenticate(owner)
    return api
