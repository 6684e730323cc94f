"""BM25 (Robertson and Zaragoza 2009) with OR semantics, and its fusion with vector similarity."""

from collections.abc import Mapping, Sequence
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


def score_match(*, match: TermMatch, weights: Mapping[str, float], mean_length: float) -> float:
    """Return the BM25 score of one document, 0 or more; terms are added in one order, so that sums are equal bits."""
    norm = K1 * (1 - B + B * match.length / max(mean_length, 1.0))
    return sum(
        weights.get(term, 0.0) * frequency * (K1 + 1) / (frequency + norm)
        for term, frequency in sorted(match.frequencies.items())
    )


def cover(*, match: TermMatch, weights: Mapping[str, float]) -> float:
    """Return the share of the question's weight that a document's terms carry, 0 to 1."""
    total = sum(weights.values())
    return sum(weights.get(term, 0.0) for term in sorted(match.frequencies)) / total if total else 0.0


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
