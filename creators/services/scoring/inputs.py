"""What a score is computed from, in a form that can be stored and computed again. No clock, no database."""

from collections.abc import Mapping, Sequence
from typing import Any

from creators.queries.scoring.gathering import GatheredCreator, GatheredPlatform
from creators.score_cohorts import Population, Ranks, is_odd, name_cohort
from creators.score_formula import CreatorTable, PlatformTable, build_table

FIGURES = (
    *("followers", "items", "rate", "slope", "points", "spikes", "deltas", "ratio", "comments", "distinct_comments"),
)
LEAST_PEERS = 30  # fewer say nothing about what is odd


def build_inputs(
    *,
    creator: GatheredCreator,
    rows: Mapping[str, int],
    population: Population,
    ranks: Mapping[str, Ranks],
    records: tuple[int, int],
    cap: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return a creator's inputs as a JSON document. ``rows`` are the places of his platforms in the population."""
    platforms = {
        name: {
            **{figure: getattr(platform, figure) for figure in FIGURES},
            "cohorts": _list_cohorts(platform, rows[name], population, ranks),
        }
        for name, platform in sorted(creator.platforms.items())
    }
    return {
        "category": creator.category,
        "active_weeks": creator.weeks.bit_count(),
        "has_content": int(creator.has_content),
        "records": records[0],
        "records_kept": records[1],
        "cap": cap,
        "platforms": platforms,
    }


def build_tables(*, inputs: Sequence[Mapping[str, Any]]) -> tuple[PlatformTable, CreatorTable]:
    """Return the formula's tables for documents as ``build_inputs`` makes them."""
    platforms = [
        _build_row(place, one) for place, document in enumerate(inputs) for one in document["platforms"].values()
    ]
    creators = [{name: document[name] for name in CreatorTable.__dataclass_fields__} for document in inputs]
    return build_table(PlatformTable, platforms), build_table(CreatorTable, creators)


def _list_cohorts(
    platform: GatheredPlatform, row: int, population: Population, ranks: Mapping[str, Ranks]
) -> dict[str, dict[str, Any]]:
    found = {}
    for name, rank in ranks.items():
        size = int(rank.size[row])
        if not size or (name == "ratio" and size < LEAST_PEERS):
            continue
        cohort: dict[str, Any] = {
            "id": name_cohort(population, component=name, level=int(rank.level[row]), row=row),
            "size": size,
        }
        if name == "ratio":
            median, deviation = float(rank.median[row]), float(rank.deviation[row])
            odd = is_odd(ratio=platform.ratio or 0.0, median=median, deviation=deviation)
            cohort |= {"median": median, "deviation": deviation, "is_odd": int(odd)}
        else:
            cohort |= {"below": int(rank.below[row]), "equal": int(rank.equal[row])}
        if name == "engagement":
            cohort["median"] = float(rank.median[row])
        found[name] = cohort
    return found


def _build_row(place: int, platform: Mapping[str, Any]) -> dict[str, int]:
    cohorts = platform["cohorts"]
    ranked = {
        f"{name}_{part}": cohorts.get(name, {}).get(part, 0)
        for name in ("engagement", "reach", "growth")
        for part in ("below", "equal", "size")
    }
    ratio = cohorts.get("ratio", {})
    return {
        "creator": place,
        "weight": len(str(platform["followers"] or 0)),  # an account ten times as large counts one more
        **{name: platform[name] for name in ("items", "points", "deltas", "spikes", "comments", "distinct_comments")},
        **ranked,
        "ratio_size": ratio.get("size", 0),
        "ratio_is_odd": ratio.get("is_odd", 0),
    }
