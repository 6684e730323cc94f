"""BM25 (Robertson and Zaragoza 2009) with OR semantics, and its fusion with vector similarity."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from statistics import fmean, median, pstdev

from memory.queries.corpus import CorpusStatistics
from memory.stores.search import Neighbour, Target, TermMatch, TermScoring
from veri.platform.text import analyse

K1 = 0.9
B = 0.4
MEMORY_GAIN = 1.2  # a formed memory says more than one message
SLOT_GAIN = 1.3  # what holds one value at a time says most
UNSEEN_WEIGHT = 4.0
COURTESIES = frozenset(
    analyse(
        "please kindly thanks thank hi hello hey much many approximately roughly about around exactly actually really "
        "just possibly maybe remind remember happen wonder wondering curious question ask say "
        "tell quickly quick kind sort since"
    )
)
DENSE_WEIGHT = 0.08  # of a z-score, beside a lexical score scaled to 1


def weigh_terms(*, terms: Sequence[str], statistics: CorpusStatistics) -> dict[str, float]:
    """Return each term's inverse document frequency.

    A term nobody uses has no more than ``UNSEEN_WEIGHT`` times the middle weight of the known ones: it outweighs one or
    two of them, so that what is asked about must be known, but not a whole question of known words.
    """
    total, held = statistics.documents, statistics.document_frequencies
    weights = {term: log(1 + (total - df + 0.5) / (df + 0.5)) for term in terms for df in [held.get(term, 0)]}
    known = [weight for term, weight in weights.items() if held.get(term) and carries_meaning(term)]
    most = UNSEEN_WEIGHT * median(known) if known else float("inf")
    return {term: weight if held.get(term) else min(weight, most) for term, weight in weights.items()}


def carries_meaning(term: str) -> bool:
    """Return whether a term can tell that a text answers: a bare number, a letter or a courtesy cannot."""
    return len(term) > 1 and not term.replace(".", "").isdigit() and term not in COURTESIES


def build_term_scoring(
    *, weights: Mapping[str, float], mean_length: float, kinds: Sequence[str], memory_gain: float = MEMORY_GAIN
) -> TermScoring:
    """Return the formula of ``score_matches`` and a memory's gain for stores that compute it, for some kinds only."""
    return TermScoring(
        weights={term: weight * (K1 + 1) for term, weight in weights.items()},
        norm_base=K1 * (1 - B),
        norm_per_term=K1 * B / max(mean_length, 1.0),
        memory_gain=memory_gain,
        kinds=kinds,
    )


def score_matches(
    *, matches: Iterable[TermMatch], weights: Mapping[str, float], mean_length: float
) -> tuple[dict[Target, float], dict[Target, float]]:
    """Return each document's BM25 score, 0 or more, and the share of the question's weight its terms carry, 0 to 1.

    Terms are added in the order of the weights, so that equal documents have sums of equal bits.
    """
    meant = {term: weight for term, weight in weights.items() if carries_meaning(term)}
    total = sum(meant.values()) or 1.0
    scores, coverage = {}, {}
    for target, frequencies, length in matches:
        norm = K1 * (1 - B + B * length / max(mean_length, 1.0))
        score = carried = 0.0
        for term, weight in weights.items():
            if frequency := frequencies.get(term):
                score += weight * frequency * (K1 + 1) / (frequency + norm)
                carried += meant.get(term, 0.0)
        scores[target] = score
        coverage[target] = carried / total
    return scores, coverage


def fuse_scores(
    *, lexical: Mapping[Target, float], neighbours: Sequence[Neighbour], dense_weight: float = DENSE_WEIGHT
) -> dict[Target, float]:
    """Return lexical scores scaled to at most 1, plus weighted z-scores of similarity, clipped at 0."""
    best = max(lexical.values(), default=0.0)
    fused = {target: score / best for target, score in lexical.items()} if best else {}
    similarities = [one.similarity for one in neighbours]
    if len(similarities) > 1 and (spread := pstdev(similarities)) > 0:
        middle = fmean(similarities)
        for one in neighbours:
            if one.similarity > middle:
                gain = dense_weight * (one.similarity - middle) / spread
                fused[one.target] = fused.get(one.target, 0.0) + gain
    return fused
