"""Choose what fits into a budget of tokens: what is relevant and not yet said, each thing once."""

from collections.abc import Sequence
from functools import lru_cache

from memory.queries.hits import Hit
from veri.platform.text import analyse, normalise

BUDGET = 1_000  # tokens
SHOWN = 600  # characters of a text that a reader is given
CHARACTERS_PER_TOKEN = 4
RELEVANCE = 0.7  # of a choice; the rest is how little it repeats (Carbonell and Goldstein 1998)


def pack_hits(*, hits: Sequence[Hit], budget: int = BUDGET) -> list[Hit]:
    """Return hits whose beginnings fit into so many tokens (characters divided by four, rounded up).

    By greedy maximal marginal relevance: the best first, then what is relevant and says something else, measured by the
    share of common terms. What says the same is left out; a text that does not fit is passed over for shorter ones.
    """
    packed: list[Hit] = []
    waiting = [(one, _list_terms(one.text[:SHOWN])) for one in _drop_repeats(hits)]
    best = max((one.score for one, _ in waiting), default=0.0) or 1.0
    repeated = {one.target: 0.0 for one, _ in waiting}
    while waiting:
        chosen, terms = max(
            waiting, key=lambda pair: RELEVANCE * pair[0].score / best - (1 - RELEVANCE) * repeated[pair[0].target]
        )
        waiting = [pair for pair in waiting if pair[0] is not chosen]
        cost = count_tokens(text=chosen.text[:SHOWN])
        if cost > budget:
            continue
        packed.append(chosen)
        budget -= cost
        for one, others in waiting:
            repeated[one.target] = max(repeated[one.target], _compare(terms, others))
    return packed


def count_tokens(*, text: str) -> int:
    """Return about how many tokens a text takes."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _drop_repeats(hits: Sequence[Hit]) -> list[Hit]:
    """Return the first of the hits that say the same."""
    told: dict[str, Hit] = {}
    for one in hits:
        told.setdefault(normalise(one.text), one)
    return list(told.values())


@lru_cache(maxsize=4_096)
def _list_terms(text: str) -> frozenset[str]:
    """What is asked about often is found by many questions."""
    return frozenset(analyse(text))


def _compare(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of terms two texts have in common, 0 to 1 (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 0.0
