"""A decay run over a million memories of which one in twenty rests, beside the bare statement that does the same."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from creators.models import Creator, User
from memory.queries.retention import build_exempt_sql, build_retention_sql
from memory.services.decay import continue_decay, start_decay
from migration.enums import Flag
from migration.services.outbox import empty_outbox
from tests.bench.measuring import Figure, at_most, compare, interleave, time_call
from tests.bench.tables import empty_stores, switch

MEMORIES = 1_000_000
CREATORS = 100
INTERACTIONS = 100_000
FADED = 20  # one in
ROUNDS = 3
MOST = at_most(2.0)

_INTERACTIONS = """
INSERT INTO creators_interaction (creator_id, platform, external_id, type, channel, author, text, attachments, payload,
  occurred_at, received_at)
SELECT (%(creators)s::bigint[])[1 + n %% %(count)s], 'chat', n::text, 'message', '', 'bench', 'said', '[]', '{}',
  %(now)s::timestamptz - CASE WHEN n %% %(faded)s = 0 THEN interval '9000 days' ELSE interval '1 day' * (n %% 90) END,
  %(now)s
FROM generate_series(1, %(interactions)s) AS n"""
_MEMORIES = """
INSERT INTO memory_memory (creator_id, type, subject, predicate, value, text, keywords, content_hash, is_slot, state,
  confidence, strength, latest_evidence, valid_from, recorded_at)
SELECT one.creator_id, 'brand_interaction', 'bench', 'wrote', 'value ' || n, 'What was said, number ' || n, '',
  md5(n::text), FALSE, 'active', 0.8, 1, ARRAY[one.id], one.occurred_at, %(now)s
FROM creators_interaction one CROSS JOIN generate_series(1, %(each)s) AS each
CROSS JOIN LATERAL (SELECT one.id * %(each)s + each AS n) numbered"""
_CITED = """
INSERT INTO memory_memoryuse (memory_id, last_cited_at, times_cited)
SELECT id, valid_from, 1 + id % 5 FROM memory_memory WHERE id % 10 = 0"""
_RETENTION = build_retention_sql(
    now="%(now)s::timestamptz",
    stability="memory.stability_days",
    evidenced="coalesce(said.occurred_at, memory.valid_from)",
    cited="used.last_cited_at",
    times="used.times_cited",
)
_EXEMPT = build_exempt_sql(predicate="memory.predicate", is_pinned="memory.is_pinned")
_BARE = f"""
UPDATE memory_memory stored SET state = 'dormant' FROM memory_memory memory
LEFT JOIN creators_interaction said ON said.id = memory.latest_evidence[1]
LEFT JOIN memory_memoryuse used ON used.memory_id = memory.id
WHERE stored.id = memory.id AND memory.state = 'active' AND NOT {_EXEMPT} AND {_RETENTION} < 0.8"""


def measure() -> list[Figure]:
    empty_stores()
    now = timezone.now()
    _fill(now)
    for flag in (Flag.USE_MONGO, Flag.MEMORY_DECAY):  # captured: both write their outbox
        switch(flag, is_on=True)
    ours, bare = interleave(rounds=ROUNDS, runs=[lambda: _time_run(now), lambda: _time_bare(now)])
    switch(Flag.MEMORY_DECAY, is_on=False)
    return [
        compare(
            name="decay run, 1,000,000 memories, 5 % rest",
            value=ours,
            unit="s",
            reference_name="s, one bare UPDATE",
            reference=bare,
            ratio=MOST,
        )
    ]


def _fill(now: datetime) -> None:
    owner = User.objects.create_user(username="bench")
    created = Creator.objects.bulk_create(
        Creator(owner=owner, handle=f"bench{number}", created_at=now, updated_at=now) for number in range(CREATORS)
    )
    creators = [one.pk for one in created]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # the bare statement takes longer than a request may
        cursor.execute(
            _INTERACTIONS,
            {"creators": creators, "count": CREATORS, "faded": FADED, "interactions": INTERACTIONS, "now": now},
        )
        cursor.execute(_MEMORIES, {"now": now, "each": MEMORIES // INTERACTIONS})
        cursor.execute(_CITED)
        cursor.execute("VACUUM ANALYZE creators_interaction, memory_memory, memory_memoryuse")


def _time_run(now: datetime) -> float:
    def run() -> None:
        start_decay(actor="bench", reason="bench", now=now + timedelta(seconds=1))
        progress = continue_decay(clock=timezone.now)
        assert progress is not None
        assert (progress.is_done, progress.run.changed) == (True, MEMORIES // FADED)

    seconds = time_call(run)
    _undo()
    return seconds


def _time_bare(now: datetime) -> float:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_BARE, {"now": now})
            assert cursor.rowcount == MEMORIES // FADED

    seconds = time_call(run)
    _undo()
    return seconds


def _undo() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE memory_memory SET state = 'active' WHERE state = 'dormant'")
        cursor.execute("VACUUM ANALYZE memory_memory")
    empty_outbox(dataset="memories")
