"""Topics that do well for creators like one, and that he has not covered, each with the items that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from creators.models import ContentItem
from creators.queries.content import list_public_content

LEAST_GAIN = 1.0  # of a maker's own median: what did no better than usual is no idea
SHOWN_EVIDENCE = 3
MOST_ITEMS = 2_000
Row = tuple[int, int, str, str, list[str], list[str], int]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A public item: how often it was seen, and how much more than its maker's middle one."""

    content_id: int
    creator_id: int
    title: str
    views: int
    gain: float


@dataclass(frozen=True, kw_only=True)
class ContentIdea:
    """A topic; ``score`` is its makers' middle gain, ``diversity`` how little it repeats ideas before it."""

    topic: str
    score: float
    gain: float
    makers: int
    diversity: float
    evidence: tuple[Evidence, ...]


def find_content_ideas(
    *, creator_id: int, similar_ids: Sequence[int], diversity: float, limit: int
) -> list[ContentIdea]:
    """Return ideas, best first: gain over the maker's own median, so that size does not count, less repetition."""
    covered = _list_covered(creator_id)
    by_topic: dict[str, list[Evidence]] = {}
    for evidence, topics in _measure(_list_rows(similar_ids)):
        for topic in topics:
            if topic not in covered:
                by_topic.setdefault(topic, []).append(evidence)
    ideas = [_build_idea(topic, found) for topic, found in sorted(by_topic.items())]
    return _choose([idea for idea in ideas if idea.gain > LEAST_GAIN], diversity=diversity, limit=limit)


def _list_covered(creator_id: int) -> set[str]:
    rows = ContentItem.objects.filter(creator_id=creator_id).values_list("tags", "topics")
    return {topic for tags, topics in rows for topic in (*tags, *topics)}


def _list_rows(similar_ids: Sequence[int]) -> list[Row]:
    rows = (
        list_public_content(creator_ids=similar_ids).filter(metrics__has_key="views").order_by("-published_at", "-id")
    )
    wanted = rows.values_list("id", "creator_id", "platform", "title", "tags", "topics", "metrics")[:MOST_ITEMS]
    return [(*row[:6], int(row[6]["views"])) for row in wanted]


def _measure(rows: Sequence[Row]) -> list[tuple[Evidence, set[str]]]:
    """Return each item with its views over the median of its maker's on the same platform."""
    views: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        views.setdefault((row[1], row[2]), []).append(row[6])
    middles = {key: max(1, sorted(counts)[len(counts) // 2]) for key, counts in views.items()}
    return [
        (
            Evidence(
                content_id=row[0], creator_id=row[1], title=row[3], views=row[6], gain=row[6] / middles[row[1], row[2]]
            ),
            {*row[4], *row[5]},
        )
        for row in rows
    ]


def _build_idea(topic: str, found: Sequence[Evidence]) -> ContentIdea:
    best = sorted(found, key=lambda one: (-one.gain, one.content_id))
    gains = sorted(one.gain for one in found)
    makers = len({one.creator_id for one in found})
    gain = gains[len(gains) // 2]
    return ContentIdea(
        topic=topic,
        score=min(1.0, (gain - LEAST_GAIN) / 2) * (1 - 0.5**makers),  # one maker's luck counts half
        gain=gain,
        makers=makers,
        diversity=1.0,
        evidence=tuple(best[:SHOWN_EVIDENCE]),
    )


def _choose(ideas: Sequence[ContentIdea], *, diversity: float, limit: int) -> list[ContentIdea]:
    """Return ideas in order; one that rests on the items of an idea before it is worth less."""
    left = list(ideas)
    chosen: list[ContentIdea] = []
    while left and len(chosen) < limit:
        scored = [((1 - diversity) * one.score + diversity * _measure_novelty(one, chosen), one) for one in left]
        worth, best = max(scored, key=lambda pair: (round(pair[0], 9), pair[1].topic))
        left.remove(best)
        fields: dict[str, Any] = {**best.__dict__, "score": worth, "diversity": _measure_novelty(best, chosen)}
        chosen.append(ContentIdea(**fields))
    return chosen


def _measure_novelty(idea: ContentIdea, chosen: Sequence[ContentIdea]) -> float:
    own = {one.content_id for one in idea.evidence}
    overlaps = [len(own & {one.content_id for one in other.evidence}) / len(own) for other in chosen]
    return 1 - max(overlaps, default=0.0)
