"""Creator search for a brand over 10,000 creators, beside the bare statement of the same question."""

import random
import time
from datetime import timedelta
from statistics import median

import numpy as np
from django.db import connection
from django.utils import timezone

from creators.models import Creator, CreatorSummary, CreatorTerm
from creators.services.summaries import rank_popularity
from memory.clients.embeddings import embed_texts
from memory.queries.discovery import CreatorFilters, CreatorQuestion, Weights, build_statement, find_creators
from memory.queries.providers import get_discovery_space
from tests.bench.measuring import Figure, at_most, compare, get_percentile, judge
from tests.bench.tables import empty_stores
from veri.platform.connections.reading import fetch_rows
from veri.platform.text import analyse

CREATORS = 10_000
QUESTIONS = 300
P95_MS = at_most(50)
WORDS = [
    "bread",
    "cake",
    "rye",
    "vegan",
    "kitchen",
    "camera",
    "lens",
    "travel",
    "hike",
    "mountain",
    "game",
    "speedrun",
    "boss",
    "guitar",
    "song",
    "vinyl",
    "fitness",
    "yoga",
    "run",
    "makeup",
    "dress",
    "skincare",
    "laptop",
    "keyboard",
    "app",
    "editing",
    "thumbnail",
    "podcast",
    "microphone",
    "charity",
    "fan",
    "giveaway",
    "recipe",
    "oven",
    "soup",
]
PLATFORMS = ("tiktok", "youtube", "twitch", "x")


def measure() -> list[Figure]:
    empty_stores()
    rng = random.Random(7)  # noqa: S311  the same rows each time
    _fill(rng)
    questions = [_build_question(rng) for _ in range(QUESTIONS)]
    now = timezone.now()
    whole, bare = [], []
    for question in questions:
        started = time.perf_counter()
        assert find_creators(question=question, now=now)
        middle = time.perf_counter()
        fetch_rows(*build_statement(question=question, now=now))
        whole.append((middle - started) * 1000)
        bare.append((time.perf_counter() - middle) * 1000)
    return [
        judge(name="creator search, 10,000 creators: p95", value=get_percentile(whole, 95), unit="ms", bound=P95_MS),
        compare(
            name="creator search, 10,000 creators: p50",
            value=median(whole),
            unit="ms",
            reference_name="ms bare SQL",
            reference=median(bare),
        ),
    ]


def _fill(rng: random.Random) -> None:
    """Write creators with forty to sixty terms each, as ``store_summary`` would one by one."""
    now, space = timezone.now(), get_discovery_space()
    creators = Creator.objects.bulk_create(
        Creator(handle=f"bench{number}", country=rng.choice(("PT", "DE", "US")), created_at=now, updated_at=now)
        for number in range(CREATORS)
    )
    texts = [" ".join(rng.choices(WORDS, k=6)) for _ in creators]
    provider = get_discovery_space().provider
    parts = [embed_texts(texts[start : start + 500], provider=provider).vectors for start in range(0, CREATORS, 500)]
    vectors = np.concatenate(parts)
    CreatorSummary.objects.bulk_create(
        (
            CreatorSummary(
                creator=creator,
                excerpt=text,
                model=space.model,
                model_version=space.model_version,
                embedding=vector.tolist(),
                tags=text.split(),
                platforms=[rng.choice(PLATFORMS)],
                main_platform=rng.choice(PLATFORMS),
                reach=rng.uniform(2, 7),
                last_active_at=now - timedelta(days=rng.randrange(90)),
                updated_at=now,
            )
            for creator, text, vector in zip(creators, texts, vectors, strict=True)
        ),
        batch_size=1000,
    )
    CreatorTerm.objects.bulk_create(
        (
            CreatorTerm(creator=creator, term=term)
            for creator, text in zip(creators, texts, strict=True)
            for term in {*analyse(text), *(f"filler{rng.randrange(3000)}" for _ in range(45))}
        ),
        batch_size=5000,
    )
    rank_popularity()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE creators_creator, creators_creatorsummary, creators_creatorterm")


def _build_question(rng: random.Random) -> CreatorQuestion:
    text = " ".join(rng.sample(WORDS, 3))
    vectors = embed_texts([text, " ".join(rng.sample(WORDS, 5))], provider=get_discovery_space().provider).vectors
    return CreatorQuestion(
        terms=sorted(set(analyse(text))),
        vector=vectors[0],
        taste=vectors[1],
        filters=CreatorFilters(platforms=[rng.choice(PLATFORMS)] if rng.random() < 0.3 else []),
        weights=Weights(),
        limit=20,
    )
