"""Match a brand's brief with creators: hard filters, retrieval, explained score, diversity, room for newcomers.

Candidates are found twice, by words and by vectors, and fused by reciprocal ranks (Cormack, Clarke and Buettcher 2009).
A candidate's score is the sum of its components times ``WEIGHTS``; MMR with λ = 0.7 orders them. A tenth of the slots,
over time, belongs to who was listed within thirty days.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson
from django.db import transaction
from numpy.typing import NDArray

from creators.facets import CATEGORY_BITS
from creators.models import Brand, CreatorSummary, User
from creators.queries.exploring.eligibility import Engagement, MatchFacts, find_match_facts, list_ineligible
from memory.enums import MatchDecisionKind
from memory.errors import NotInMatch
from memory.models import BrandMatch, MatchDecision
from memory.queries.discovery import CreatorFilters, CreatorQuestion, FoundCreator, Weights, find_creators
from memory.queries.diversity import choose_diverse
from memory.queries.own_vectors import to_vector
from memory.queries.providers import get_discovery_space
from memory.queries.track_records import UNKNOWN, find_track_records
from memory.services.question_vectors import get_question_vector
from veri.platform.text import analyse

CANDIDATES = 100
RRF = 60
LAMBDA = 0.7
NEWCOMER_WITHIN = timedelta(days=30)
NEWCOMER_SHARE = 0.1
WEIGHTS = {
    "relevance": 0.4,
    "standing": 0.15,
    "record": 0.1,
    "category": 0.15,
    "recency": 0.1,
    "popularity": 0.05,
    "budget": 0.05,
}
_ONLY_RELEVANT = Weights(semantic=1.0, popularity=0.0, recency=0.0, personalisation=0.0, diversity=0.0)


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a brand looks for; empty means everything. Days are half-open: starts_on <= day < ends_on."""

    text: str
    starts_on: date
    ends_on: date
    platforms: Sequence[str] = ()
    countries: Sequence[str] = ()
    languages: Sequence[str] = ()
    categories: Sequence[str] = ()
    exclusive_categories: Sequence[str] = ()
    budget_minor: int | None = None
    currency: str = "USD"
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A creator who may be matched; ``components`` are values of 0 to 1."""

    found: FoundCreator
    components: dict[str, float]
    is_newcomer: bool

    @property
    def score(self) -> float:
        return sum(WEIGHTS[name] * value for name, value in self.components.items())


def match_creators(*, brand: Brand, brief: Brief, acting_user: User, now: datetime) -> BrandMatch:
    """Return consenting creators for a brief, explained, and keep what was shown. Deterministic within a day."""
    engagement = Engagement(
        brand_id=brand.pk,
        starts_on=brief.starts_on,
        ends_on=brief.ends_on,
        categories=brief.categories,
        exclusive=brief.exclusive_categories,
        budget_minor=brief.budget_minor,
        currency=brief.currency,
    )
    excluded = list_ineligible(engagement=engagement)
    relevance, found = _retrieve(brief, excluded, now)
    facts = find_match_facts(creator_ids=list(found), engagement=engagement)
    records = find_track_records(creator_ids=list(found), brand_id=brand.pk, at=now)
    candidates = [
        _weigh(found[pk], relevance[pk], facts[pk], records.get(pk, UNKNOWN), brief, now)
        for pk in sorted(found, key=lambda pk: (-relevance[pk], pk))
        if pk in facts
    ]
    seed = _build_seed(brand, brief, now)
    chosen = _leave_room(_diversify(candidates, limit=brief.limit), candidates, brief.limit, seed)
    with transaction.atomic(durable=True):
        return BrandMatch.objects.create(
            brand=brand,
            requested_by=acting_user,
            brief=_describe(brief),
            seed=seed,
            items=[_write_item(one) for one in chosen],
            excluded=len(excluded),
            newcomers=sum(one.is_newcomer for one in chosen),
            requested_at=now,
        )


@transaction.atomic(durable=True)
def record_decision(
    *, match: BrandMatch, creator_id: int, kind: MatchDecisionKind, acting_user: User, now: datetime
) -> MatchDecision:
    """Note what a brand did about a creator it was shown; the latest word stands.

    Raises:
        NotInMatch: the match did not show him.
    """
    if creator_id not in {item["creator_id"] for item in match.items}:
        raise NotInMatch("The match did not show this creator.")
    decision, _ = MatchDecision.objects.update_or_create(
        match=match, creator_id=creator_id, defaults={"kind": kind, "decided_by": acting_user, "decided_at": now}
    )
    return decision


def _retrieve(brief: Brief, excluded: list[int], now: datetime) -> tuple[dict[int, float], dict[int, FoundCreator]]:
    """Return the relevance of 0 to 1 of the candidates of both ways, and who they are."""
    filters = CreatorFilters(
        platforms=brief.platforms, countries=brief.countries, languages=brief.languages, excluded=excluded
    )
    asked = CreatorQuestion(filters=filters, weights=_ONLY_RELEVANT, limit=CANDIDATES)
    described = " ".join([brief.text, *brief.categories])
    terms = sorted(set(analyse(described)))
    vector = get_question_vector(described, space=get_discovery_space()) if terms else None
    ways = [replace(asked, terms=terms)] if terms else []
    ways += [replace(asked, vector=vector)] if vector is not None else []
    relevance: dict[int, float] = {}
    found: dict[int, FoundCreator] = {}
    for question in ways or [asked]:
        for rank, one in enumerate(find_creators(question=question, now=now), start=1):
            found.setdefault(one.creator_id, one)
            relevance[one.creator_id] = relevance.get(one.creator_id, 0.0) + 1 / (RRF + rank)
    best = len(ways or [asked]) / (RRF + 1)
    return {pk: value / best for pk, value in relevance.items()}, found


def _weigh(  # noqa: PLR0917  what a candidate is weighed by
    found: FoundCreator, relevance: float, facts: MatchFacts, record: float, brief: Brief, now: datetime
) -> Candidate:
    wanted = sum(CATEGORY_BITS.get(name, 0) for name in set(brief.categories))
    budget = {True: 1.0, False: 0.0, None: UNKNOWN}[facts.fits_budget]
    return Candidate(
        found=found,
        components={
            "relevance": relevance,
            "standing": facts.score / 100 if facts.score >= 0 else UNKNOWN,
            "record": record,
            "category": UNKNOWN if not wanted else float(bool(facts.categories & wanted)),
            "recency": found.components["recency"],
            "popularity": found.components["popularity"],
            "budget": budget,
        },
        is_newcomer=facts.listed_at >= now - NEWCOMER_WITHIN,
    )


def _diversify(candidates: Sequence[Candidate], *, limit: int) -> list[Candidate]:
    """Return the best by MMR: λ times the score, plus 1 - λ times how little it repeats those chosen before."""
    ordered = sorted(candidates, key=lambda one: (-one.score, one.found.creator_id))
    vectors = _read_unit_vectors([one.found.creator_id for one in ordered])
    scores = [LAMBDA * one.score for one in ordered]
    return [
        ordered[place] for place, _ in choose_diverse(scores=scores, vectors=vectors, weight=1 - LAMBDA, limit=limit)
    ]


def _leave_room(chosen: list[Candidate], candidates: Sequence[Candidate], limit: int, seed: str) -> list[Candidate]:
    """Return the chosen with the last slots given to newcomers, as far as their share over time asks for it.

    Of ten slots one is theirs; of three, three times in ten. The seed decides, so that asking again changes nothing.
    """
    draw = int(seed[:8], 16) / 0x1_0000_0000
    wanted = min(int(limit * NEWCOMER_SHARE + draw), limit)
    missing = wanted - sum(one.is_newcomer for one in chosen)
    held = {one.found.creator_id for one in chosen}
    waiting = sorted(
        (one for one in candidates if one.is_newcomer and one.found.creator_id not in held),
        key=lambda one: (-one.score, one.found.creator_id),
    )
    placed = list(chosen)
    for newcomer in waiting[: max(0, missing)]:
        if len(placed) >= limit:
            last = max(place for place, one in enumerate(placed) if not one.is_newcomer)
            placed.pop(last)
        placed.append(newcomer)
    return placed


def _read_unit_vectors(ids: Sequence[int]) -> NDArray[np.float64]:
    space = get_discovery_space()
    rows = CreatorSummary.objects.filter(pk__in=ids, model=space.model, model_version=space.model_version)
    stored = {pk: to_vector(embedding) for pk, embedding in rows.values_list("pk", "embedding")}
    size = next((len(vector) for vector in stored.values() if vector is not None), 1)
    matrix = np.zeros((len(ids), size))
    for place, pk in enumerate(ids):
        vector = stored.get(pk)
        if vector is not None and np.any(vector):
            matrix[place] = vector / np.linalg.norm(vector)
    return matrix


def _build_seed(brand: Brand, brief: Brief, now: datetime) -> str:
    told = orjson.dumps([brand.pk, _describe(brief), now.date().isoformat()], option=orjson.OPT_SORT_KEYS)
    return blake2b(told, digest_size=16).hexdigest()


def _describe(brief: Brief) -> dict[str, Any]:
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple | list)
        else value
        for name, value in asdict(brief).items()
    }


def _write_item(one: Candidate) -> dict[str, Any]:
    return {
        "creator_id": one.found.creator_id,
        "score": round(one.score, 6),
        "components": {name: round(value, 6) for name, value in one.components.items()},
        "is_newcomer": one.is_newcomer,
    }
