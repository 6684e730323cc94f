"""Choose what fits into a budget of tokens: best first, each thing said once."""

from collections.abc import Sequence

from memory.queries.retrieval import Hit
from veri.platform.text import normalise

BUDGET = 1_000  # tokens
SHOWN = 600  # characters of a text that a reader is given
CHARACTERS_PER_TOKEN = 4


def pack_hits(*, hits: Sequence[Hit], budget: int = BUDGET) -> list[Hit]:
    """Return the hits, best first, whose beginnings fit into so many tokens (characters divided by four, rounded up).

    What says the same as something better is left out. A text that does not fit is passed over for shorter ones.
    """
    packed: list[Hit] = []
    told: set[str] = set()
    for hit in hits:
        said = normalise(hit.text)
        cost = count_tokens(text=hit.text[:SHOWN])
        if said in told or cost > budget:
            continue
        told.add(said)
        packed.append(hit)
        budget -= cost
    return packed


def count_tokens(*, text: str) -> int:
    """Return about how many tokens a text takes."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)
