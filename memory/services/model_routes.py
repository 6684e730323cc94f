"""Which language models are asked, in what order, and which one after a failure: three lists, by why it failed."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from memory.clients.claude import get_claude
from memory.clients.models import ModelClient
from memory.clients.openai import get_openai
from memory.errors import ModelContentRefused, ModelPromptTooLong

_BUILDERS = {"claude": get_claude, "openai": get_openai}


def get_model(name: str) -> ModelClient | None:
    """Return the client of ``provider:model``, or None when its provider has no key."""
    provider, _, model = name.partition(":")
    return _BUILDERS[provider](model)


def get_primary() -> ModelClient | None:
    """Return the model that is asked first: the one that is named, else the first provider's that has a key."""
    if settings.MODELS.primary:
        return get_model(settings.MODELS.primary)
    return get_claude() or get_openai()


def get_smaller(client: ModelClient) -> ModelClient:
    """Return the model that takes over while a budget runs low; the same where none is named or has a key."""
    return (get_model(settings.MODELS.smaller) if settings.MODELS.smaller else None) or client


def list_affordable(first: ModelClient) -> Iterator[ModelClient]:
    """Yield a model and then those that may be asked where its budget has no room."""
    yield first
    yield from _list_models(settings.MODELS.general, tried={first.name})


def list_fallbacks(failure: Exception, *, tried: Iterable[str]) -> Iterator[ModelClient]:
    """Yield the models to ask after a failure, without those that were tried.

    A prompt that is too long wants a larger window, a refusal another policy: an overload's fallbacks would fail alike.
    """
    if isinstance(failure, ModelPromptTooLong):
        names = settings.MODELS.context_window
    elif isinstance(failure, ModelContentRefused):
        names = settings.MODELS.content_policy
    else:
        names = settings.MODELS.general
    yield from _list_models(names, tried=set(tried))


def list_configured() -> list[str]:
    """Return the names of all models that may be asked, each once."""
    models = settings.MODELS
    named = [models.primary, models.smaller, *models.general, *models.context_window, *models.content_policy]
    defaults = [f"claude:{settings.CLAUDE_MODEL}", f"openai:{models.openai_model}"]
    return list(dict.fromkeys(name for name in (*named, *defaults) if name and get_model(name)))


def _list_models(names: Iterable[str], *, tried: set[str]) -> Iterator[ModelClient]:
    for name in names:
        client = get_model(name)
        if client and client.name not in tried:
            yield client
