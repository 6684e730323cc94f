"""Formation beside a bare COPY of the rows it writes, and embedding beside the bare model, in one process.

One process is what a worker's child is: the interactions are recorded already, and form in batches of 400 as events
bring them, with the default processors, search index and vectors.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from creators.models import Interaction
from creators.samples.generator import generate_samples
from creators.services.intake import take_in_items
from memory.clients.embeddings import embed_texts
from memory.clients.wordllama.client import _load
from memory.enums import EmbeddingProvider
from memory.models import IndexedDocument, Memory, MemoryEvidence, MemoryVector, Posting, Signal, Utterance
from memory.services.formation import form_memories
from tests.bench.measuring import Figure, at_least, compare, interleave, judge, time_call
from tests.bench.tables import create_creators, empty_stores

ROUNDS = 3
BATCH = 400
WRITTEN = (Signal, Memory, MemoryEvidence, IndexedDocument, Posting, MemoryVector, Utterance)
RATE = at_least(500)
EMBEDDED = at_least(2_000)
TEXTS = 4_000


_embed = partial(embed_texts, provider=EmbeddingProvider.WORDLLAMA)


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    creators = create_creators(samples)
    take_in_items(items=samples.items, acting_user=None, now=timezone.now())
    ids = {pk: _list_ids(pk) for pk in creators.values()}
    _form(ids)  # loads what formation needs
    rows = {model: _read_rows(model) for model in WRITTEN}
    count = sum(map(len, ids.values()))
    form, copy = interleave(rounds=ROUNDS, runs=[lambda: _time_form(ids), lambda: _time_copy(rows)])
    return [
        judge(
            name="formation, default processors, one process",
            value=count / form,
            unit="interactions/s",
            bound=RATE,
            note=f"{count:,} interactions, {Memory.objects.count():,} memories",
        ),
        compare(
            name="the same beside a bare COPY of the rows it writes",
            value=count / form,
            unit="interactions/s",
            reference_name="interactions/s COPY of their rows",
            reference=count / copy,
        ),
        *_measure_embedding([one.text for one in Interaction.objects.exclude(text="")[:TEXTS]]),
    ]


def _list_ids(creator_id: int) -> list[int]:
    mine = Interaction.objects.filter(creator_id=creator_id)
    return list(mine.order_by("pk").values_list("pk", flat=True))


def _form(ids: dict[int, list[int]]) -> None:
    for creator_id, keys in ids.items():
        for start in range(0, len(keys), BATCH):
            form_memories(creator_id=creator_id, interaction_ids=keys[start : start + BATCH], now=timezone.now())


def _empty() -> None:
    names = ", ".join(model._meta.db_table for model in WRITTEN)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")


def _time_form(ids: dict[int, list[int]]) -> float:
    _empty()
    return time_call(lambda: _form(ids))


def _read_rows(model: Any) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} TO STDOUT") as out:
        return b"".join(out)


def _time_copy(rows: dict[Any, bytes]) -> float:
    _empty()
    return time_call(lambda: _copy(rows))


def _copy(rows: dict[Any, bytes]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for model, content in rows.items():
            with cursor.copy(f"COPY {model._meta.db_table} FROM STDIN") as into:
                into.write(content)


def _measure_embedding(texts: Sequence[str]) -> list[Figure]:
    def call(embed: Callable[[list[str]], object]) -> Callable[[], float]:
        return lambda: time_call(lambda: [embed(list(texts[start : start + 500])) for start in range(0, TEXTS, 500)])

    _embed(texts[:10])
    ours, bare = interleave(rounds=5, runs=[call(_embed), call(lambda some: _load().embed(some, norm=False))])
    rate = len(texts) / ours
    return [
        judge(name="embedding of short texts, wordllama", value=rate, unit="texts/s", bound=EMBEDDED),
        compare(
            name="the same beside the bare model",
            value=rate,
            unit="texts/s",
            reference_name="texts/s bare",
            reference=len(texts) / bare,
        ),
    ]
