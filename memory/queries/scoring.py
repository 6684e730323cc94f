"""BM25 (Robertson and Zaragoza 2009) with OR semantics, and its fusion with vector similarity."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from statistics import fmean, pstdev

from memory.queries.corpus import CorpusStatistics
from memory.stores.search import Neighbour, Target, TermMatch

K1 = 0.9
B = 0.4
DENSE_WEIGHT = 0.08  # of a z-score, beside a lexical score scaled to 1


def weigh_terms(*, terms: Sequence[str], statistics: CorpusStatistics) -> dict[str, float]:
    """Return each term's inverse document frequency; a term nobody uses weighs most."""
    total = statistics.documents
    return {
        term: log(1 + (total - df + 0.5) / (df + 0.5))
        for term in terms
        for df in [statistics.document_frequencies.get(term, 0)]
    }


def score_matches(
    *, matches: Iterable[TermMatch], weights: Mapping[str, float], mean_length: float
) -> tuple[dict[Target, float], dict[Target, float]]:
    """Return each document's BM25 score, 0 or more, and the share of the question's weight its terms carry, 0 to 1.

    Terms are added in the order of the weights, so that equal documents have sums of equal bits.
    """
    total = sum(weights.values()) or 1.0
    scores, coverage = {}, {}
    for target, frequencies, length in matches:
        norm = K1 * (1 - B + B * length / max(mean_length, 1.0))
        score = carried = 0.0
        for term, weight in weights.items():
            if frequency := frequencies.get(term):
                score += weight * frequency * (K1 + 1) / (frequency + norm)
                carried += weight
        scores[target] = score
        coverage[target] = carried / total
    return scores, coverage


def fuse_scores(*, lexical: Mapping[Target, float], neighbours: Sequence[Neighbour]) -> dict[Target, float]:
    """Return lexical scores scaled to at most 1, plus weighted z-scores of similarity, clipped at 0."""
    best = max(lexical.values(), default=0.0)
    fused = {target: score / best for target, score in lexical.items()} if best else {}
    similarities = [one.similarity for one in neighbours]
    if len(similarities) > 1 and (spread := pstdev(similarities)) > 0:
        middle = fmean(similarities)
        for one in neighbours:
            if one.similarity > middle:
                gain = DENSE_WEIGHT * (one.similarity - middle) / spread
                fused[one.target] = fused.get(one.target, 0.0) + gain
    return fused
