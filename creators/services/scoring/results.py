"""From inputs to what is stored and shown: value, components, reasons, digest. No clock, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson

from creators.score_formula import (
    COMPONENTS,
    PLATFORM_COMPONENTS,
    POINT,
    PRIOR,
    SCALE,
    VERSION,
    WEIGHTS,
    Evaluated,
    evaluate,
    write_points,
)
from creators.services.scoring.inputs import build_tables

MOST_REASONS = 3
_PRIORS = {name: weight * PRIOR * SCALE for name, weight in WEIGHTS.items()}
WORDS = {
    "engagement": "likes and comments by views, among creators of a similar size",
    "consistency": "weeks with something published, of the last twelve",
    "authenticity": "authenticity signals: growth, likes by comments, repeated comments",
    "reach": "followers, among creators of the platform and category",
    "growth": "growth of followers over ninety days, among creators of a similar size",
    "reliability": "work delivered on time, approved and disclosed",
    "cap": "held at the former value for thirty days after a platform was disconnected",
}


@dataclass(frozen=True, kw_only=True)
class ScoreResult:
    """A computed score. ``components`` maps names to s, q, w (s and q of 0 to 1) and the exact contribution."""

    value: int
    exact: Decimal
    is_provisional: bool
    is_capped: bool
    components: dict[str, dict[str, Any]]
    platforms: dict[str, dict[str, Any]]
    reasons: dict[str, list[dict[str, str]]]


def digest_inputs(inputs: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the version and the inputs in canonical form."""
    document = orjson.dumps([VERSION, inputs], option=orjson.OPT_SORT_KEYS)
    return sha256(document).hexdigest()


def compute_results(*, inputs: Sequence[Mapping[str, Any]]) -> list[ScoreResult]:
    """Return the scores of documents, in their order; the same document always gives the same."""
    if not inputs:
        return []
    platforms, creators = build_tables(inputs=inputs)
    found = evaluate(platforms=platforms, creators=creators)
    tables = _Lists(found)
    results, start = [], 0
    for place, document in enumerate(inputs):
        names = list(document["platforms"])
        results.append(
            _build_result(place, document, tables, dict(zip(names, range(start, start + len(names)), strict=True)))
        )
        start += len(names)
    return results


class _Lists:
    """The formula's arrays as lists: reading them one by one is several times as fast."""

    def __init__(self, found: Evaluated) -> None:
        self.strength, self.coverage = found.strength.tolist(), found.coverage.tolist()
        self.contribution, self.total = found.contribution.tolist(), found.total.tolist()
        self.value, self.is_provisional = found.value.tolist(), found.is_provisional.tolist()
        self.platform_value = found.platform_value.tolist()
        self.platform_strength = {name: values.tolist() for name, values in found.platform_strength.items()}
        self.platform_coverage = {name: values.tolist() for name, values in found.platform_coverage.items()}


def _build_result(place: int, document: Mapping[str, Any], tables: _Lists, rows: Mapping[str, int]) -> ScoreResult:
    value, cap = tables.value[place], document["cap"]
    is_capped = cap is not None and cap["value"] < value
    contributions = dict(zip(COMPONENTS, tables.contribution[place], strict=True))
    return ScoreResult(
        value=cap["value"] if is_capped else value,
        exact=Decimal(write_points(tables.total[place])),
        is_provisional=tables.is_provisional[place],
        is_capped=is_capped,
        components={
            name: {
                "s": strength / SCALE,
                "q": coverage / SCALE,
                "w": WEIGHTS[name],
                "contribution": write_points(contributions[name]),
            }
            for name, strength, coverage in zip(COMPONENTS, tables.strength[place], tables.coverage[place], strict=True)
        },
        platforms={
            name: {
                "value": tables.platform_value[row],
                **{
                    part: {
                        "s": tables.platform_strength[part][row] / SCALE,
                        "q": tables.platform_coverage[part][row] / SCALE,
                    }
                    for part in PLATFORM_COMPONENTS
                },
            }
            for name, row in rows.items()
        },
        reasons=_list_reasons(contributions, is_capped=is_capped),
    )


def _list_reasons(contributions: Mapping[str, int], *, is_capped: bool) -> dict[str, list[dict[str, str]]]:
    """Return what lifts the score most above the prior and what pulls it most below, each with its points."""
    moved = sorted(
        ((amount - _PRIORS[name], name) for name, amount in contributions.items()), key=lambda one: -abs(one[0])
    )
    up = [_describe(name, amount) for amount, name in moved if amount > 0][:MOST_REASONS]
    down = [_describe(name, amount) for amount, name in moved if amount < 0][:MOST_REASONS]
    capped = [{"component": "cap", "points": "0.00", "text": WORDS["cap"]}] if is_capped else []
    return {"up": up, "down": [*capped, *down]}


def _describe(name: str, amount: int) -> dict[str, str]:
    return {"component": name, "points": f"{amount / POINT:+.2f}", "text": WORDS[name]}
