"""Embeddings that cost money are reserved, called and settled; free ones are just made."""

from collections.abc import Sequence

from django.utils import timezone

from billing.errors import AllowanceExceeded, PriceUnknown
from billing.models import Reservation
from billing.services.metering import UsageRequest, charge_estimate, release_usage, reserve_usage, settle_usage
from billing.services.pricing import TokenCounts
from memory.clients.embeddings import Embedder, Embedding, EmbeddingFailed, Vectors, embed_texts, get_embedder
from memory.enums import EmbeddingProvider
from migration.enums import Flag
from migration.queries.flags import is_flag_on

SOURCE = "embedding"


def embed_metered(texts: Sequence[str], *, provider: EmbeddingProvider, creator_id: int | None, action: str) -> Vectors:
    """Return the texts' unit vectors by a provider; one call of a billed provider is metered once, under ``action``.

    Never inside a transaction: the provider is awaited.

    Raises:
        EmbeddingFailed: the provider is away or gave nonsense, or there is no budget left for it.
    """
    embedder = get_embedder(provider)
    if not (texts and embedder.service and is_flag_on(Flag.COST_TRACKING)):
        return embed_texts(texts, provider=provider).vectors
    reservation = _reserve(texts, embedder, creator_id, action)
    embedding = _call(texts, provider, action)
    counts = TokenCounts(input=embedding.tokens)
    settle_usage(source=SOURCE, action=action, counts=counts, reservation=reservation)
    return embedding.vectors


def _reserve(texts: Sequence[str], embedder: Embedder, creator_id: int | None, action: str) -> Reservation:
    request = UsageRequest(
        source=SOURCE,
        action=action,
        creator_id=creator_id,
        service=embedder.service,
        model=embedder.model,
        upper_bound=TokenCounts(input=sum(len(text.encode()) + 1 for text in texts)),  # a token is at least a byte
    )
    try:
        return reserve_usage(request=request, now=timezone.now())
    except (AllowanceExceeded, PriceUnknown) as refusal:
        raise EmbeddingFailed(str(refusal)) from refusal


def _call(texts: Sequence[str], provider: EmbeddingProvider, action: str) -> Embedding:
    try:
        return embed_texts(texts, provider=provider)
    except EmbeddingFailed as failure:
        if failure.may_have_cost:
            charge_estimate(source=SOURCE, action=action)
        else:
            release_usage(source=SOURCE, action=action)
        raise
