"""Compute a stored score again from its stored inputs."""

from dataclasses import dataclass

from creators.models import CreatorScore
from creators.score_formula import VERSION
from creators.services.scoring.results import ScoreResult, compute_results, digest_inputs


@dataclass(frozen=True, kw_only=True)
class Reproduced:
    """Names of what came out otherwise; empty when the score is reproduced."""

    differences: list[str]
    result: ScoreResult


def reproduce_score(*, score: CreatorScore) -> Reproduced:
    """Compute a score again and compare every part of it with what is stored.

    Raises:
        ValueError: the score is of another version of the formula.
    """
    if score.version != VERSION:
        raise ValueError(f"Score {score.pk} is of version {score.version}; this code computes version {VERSION}.")
    (result,) = compute_results(inputs=[score.inputs])
    names = ("value", "exact", "is_provisional", "is_capped", "components", "platforms", "reasons")
    differences = [name for name in names if getattr(score, name) != getattr(result, name)]
    if digest_inputs(score.inputs) != score.digest:
        differences.append("digest")
    return Reproduced(differences=differences, result=result)
