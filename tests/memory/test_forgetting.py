"""Forgetting leaves no trace: a canary is looked for in every table, collection, cache key and log line."""

import logging
from datetime import timedelta

import pytest
from bson import json_util
from django.core.cache import cache
from django.db import connection

from creators.generations import build_namespace
from creators.models import ContentItem, Creator, Interaction, InteractionStub
from memory.enums import ForgetScope, ForgetState
from memory.errors import NothingToForget
from memory.models import (
    ConversationTurn,
    ForgetRequest,
    Memory,
    MemoryConflict,
    MemorySuppression,
    ProcessedSession,
    RecommendationSet,
    Signal,
)
from memory.services.assistant import AskedQuestion, ask
from memory.services.forgetting.requests import (
    ForgetWish,
    process_due_requests,
    process_forget_request,
    request_forgetting,
    retry_forget_request,
)
from memory.services.own_search import OwnQuestion, search_own
from memory.services.replay import replay_formation
from migration.models import Dataset, OutboxRow, ParityMismatch, ParityRun, ShadowRead
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say
from tests.migration.conftest import capturing, drain  # noqa: F401  a fixture
from veri.platform.cache.aside import get_or_compute
from veri.platform.connections.redis import get_redis
from veri.platform.http.models import IdempotencyRecord
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "Quetzalwood"
LATER = NOW + timedelta(minutes=3)


def list_tables_with(text: str) -> list[str]:
    """Return the tables with the text in any column, as text or as the bytes of it."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            raw = text.encode().hex()
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" r WHERE r::text ILIKE %s OR r::text ILIKE %s)',
                [f"%{text}%", f"%{raw}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return sorted(found)


def list_collections_with(database, text: str) -> list[str]:
    names = database.list_collection_names()
    return [name for name in names if text.lower() in json_util.dumps(list(database[name].find({}))).lower()]


def list_cache_keys_with(text: str) -> list[bytes]:
    client, found = get_redis(), []
    for key in client.scan_iter():
        held = client.dump(key) or b""
        plain = client.get(key) if client.type(key) == b"string" else b""
        if text.lower().encode() in (key + held + (plain or b"")).lower():
            found.append(key)
    return found


def forget(creator: Creator, *, scope: ForgetScope, **named) -> ForgetRequest:
    wish = ForgetWish(scope=scope, **named)
    return request_forgetting(creator_id=creator.pk, wish=wish, actor="owner", reason="", now=NOW)


def fill_every_corner(creator: Creator, said: Interaction, memory: Memory) -> None:
    """Put the canary wherever the system may come to hold it."""
    ask(question=AskedQuestion(creator_id=creator.pk, text=f"Is {CANARY} my favourite tea?", action="asked-1"))
    search_own(question=OwnQuestion(creator_id=creator.pk, query="favourite tea"), now=NOW)
    own = build_namespace(creator_id=creator.pk)
    get_or_compute(key="answer", ttl=600, compute=lambda: {"text": memory.text}, namespace=own)
    IdempotencyRecord.objects.create(
        owner=creator.owner, key="k", fingerprint="f", lock_token="00000000-0000-0000-0000-000000000001", locked_at=NOW,
        created_at=NOW, response_status=200, response_body=f'{{"answer": "{memory.text}"}}'.encode(),
    )  # fmt: skip
    MemoryConflict.objects.create(
        creator=creator, kind="statements", key="k", subject=memory.subject, predicate=memory.predicate,
        first_value=memory.value, second_value="Sencha", recorded_at=NOW,
    )  # fmt: skip
    ProcessedSession.objects.create(
        creator=creator, processor="claude", conversation="chat:", last_interaction_id=said.pk,
        interactions=[said.pk], state="waiting", lease_until=NOW, answer=said.text, error=said.text, recorded_at=NOW,
    )  # fmt: skip
    ContentItem.objects.create(
        creator=creator, platform="youtube", external_id="v", kind="video", title=said.text, interaction=said,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    other = make_creator("pixelforge", creator.owner)
    RecommendationSet.objects.create(
        creator=other, kind="content_ideas", items=[{"evidence": [{"title": said.text}]}], generation="g",
        computed_at=NOW, expires_at=NOW,
    )  # fmt: skip
    Signal.objects.create(
        creator=creator, interaction=said, kind="transcript", value="0", extractor="whisper", recorded_at=NOW,
        detail={"text": said.text},
    )  # fmt: skip
    run = ParityRun.objects.create(dataset=Dataset.objects.get(name="memories"), started_at=NOW)
    shown = [{"field": "text", "row": memory.text, "document": "x"}]
    ParityMismatch.objects.create(run=run, key=memory.pk, kind="different", differences=shown)
    ShadowRead.objects.create(
        datasets=["memories"], scope=creator.pk, kind="retrieval", outcome="mismatch", detail=memory.text, at=NOW
    )


def test_no_trace_is_left_in_any_store_index_cache_or_log(capturing, mongo, caplog, capfd):  # noqa: F811  the fixture
    creator = capturing
    said = say(creator, f"My favourite tea is {CANARY}.", channel=CANARY, external_id="i-1", payload={"raw": CANARY})
    kept = say(creator, "I live in Lisbon.", external_id="i-2")
    form(creator)
    memory = Memory.objects.get(predicate="favourite tea")
    drain()
    fill_every_corner(creator, said, memory)
    holding = set(list_tables_with(CANARY))
    assert holding >= {
        *("creators_contentitem", "creators_interaction", "http_idempotencyrecord", "memory_conversationturn"),
        *("memory_memory", "memory_memoryconflict", "memory_posting", "memory_processedsession"),
        *("memory_recommendationset", "memory_signal", "migration_paritymismatch", "migration_shadowread"),
    }
    assert set(list_collections_with(mongo, CANARY)) == {"memories", "interactions"}
    assert list_cache_keys_with(CANARY)
    caplog.clear()
    capfd.readouterr()

    with caplog.at_level(logging.DEBUG):
        request = forget(creator, scope=ForgetScope.EVIDENCE, memory_ids=[memory.pk])
        assert process_forget_request(request_id=request.pk, now=NOW) == ForgetState.WAITING
        assert process_forget_request(request_id=request.pk, now=NOW) is None
        drain()
        assert process_forget_request(request_id=request.pk, now=LATER) == ForgetState.DONE

    assert list_tables_with(CANARY) == []
    assert list_collections_with(mongo, CANARY) == []
    assert list_cache_keys_with(CANARY) == []
    logged = "".join([caplog.text, *capfd.readouterr()])
    assert CANARY.lower() not in logged.lower()
    stub = InteractionStub.objects.get()
    assert (stub.interaction_id, stub.cause, stub.digest) == (said.pk, "forgotten", "")
    assert list(Memory.objects.values_list("value", flat=True)) == ["Lisbon"]
    assert (Interaction.objects.get(pk=kept.pk).text, request.memory_ids) == ("I live in Lisbon.", [memory.pk])


def test_forgotten_memory_is_not_formed_again_by_replay_or_another_word(creator, mongo):
    say(creator, "My favourite tea is Quetzalwood. I live in Lisbon.")
    form(creator)
    memory = Memory.objects.get(predicate="favourite tea")
    request = forget(creator, scope=ForgetScope.MEMORY, memory_ids=[memory.pk])
    process_forget_request(request_id=request.pk, now=NOW)
    assert process_forget_request(request_id=request.pk, now=LATER) == ForgetState.DONE
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same
    form(creator, say(creator, "My favourite tea is  quetzalwood!", at=NOW + timedelta(days=1)))
    assert list(Memory.objects.values_list("predicate", flat=True)) == ["home town"]
    assert CANARY.lower() not in str(list(MemorySuppression.objects.values())).lower()
    assert Interaction.objects.filter(text__contains=CANARY).count() == 1


def test_value_forgotten_gives_its_time_back_and_replays_alike(creator, mongo):
    for day, town in enumerate(("Porto", "Lisbon")):
        say(creator, f"I live in {town}.", at=NOW + timedelta(days=day))
    form(creator)
    request = forget(creator, scope=ForgetScope.MEMORY, memory_ids=[Memory.objects.get(value="Lisbon").pk])
    process_forget_request(request_id=request.pk, now=NOW)
    memory = Memory.objects.get()
    assert (memory.value, memory.state, memory.valid_to) == ("Porto", "active", None)
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same


def test_evidence_shared_with_others_weakens_them(creator, mongo):
    first = say(creator, "My favourite tea is Quetzalwood. I live in Lisbon.")
    second = say(creator, "I live in Lisbon.", at=NOW + timedelta(days=1))
    form(creator)
    request = forget(creator, scope=ForgetScope.EVIDENCE, interaction_ids=[first.pk])
    assert request.memory_ids == [Memory.objects.get(predicate="favourite tea").pk]
    process_forget_request(request_id=request.pk, now=NOW)
    memory = Memory.objects.get()
    assert (memory.value, memory.strength, memory.latest_evidence) == ("Lisbon", 1, [second.pk])
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same


def test_brand_is_forgotten_wherever_it_stands(creator, mongo):
    say(creator, "The contract with Brightpan is signed.", platform="email")
    say(creator, "Our main sponsor is Brightpan. I live in Lisbon.", at=NOW + timedelta(days=1))
    form(creator)
    request = forget(creator, scope=ForgetScope.MEMORY, brand="brightpan")
    process_forget_request(request_id=request.pk, now=NOW)
    assert [one.value for one in Memory.objects.all()] == ["Lisbon"]


def test_foreign_and_unknown_things_are_refused(creator):
    other = make_creator("pixelforge")
    theirs = say(other, "I live in Rome.")
    form(other)
    named = {"memory_ids": [Memory.objects.get().pk], "interaction_ids": [theirs.pk], "subject": "nobody"}
    with pytest.raises(NothingToForget):
        forget(creator, scope=ForgetScope.EVIDENCE, **named)
    assert (ForgetRequest.objects.count(), AuditEntry.objects.count(), Memory.objects.count()) == (0, 0, 1)


def test_store_that_is_away_lets_the_request_wait(creator, mongo_away):
    say(creator, "My favourite tea is Quetzalwood.")
    form(creator)
    request = forget(creator, scope=ForgetScope.EVIDENCE, subject=creator.handle)
    assert process_forget_request(request_id=request.pk, now=NOW) == ForgetState.WAITING
    request.refresh_from_db()
    assert set(request.steps) == {"suppressed", "answers", "reviews", "lists", "sources", "realigned"}
    assert (request.waits_for[:16], Memory.objects.count()) == ("A store is away:", 0)
    assert process_due_requests(now=NOW) == 0
    assert retry_forget_request(request_id=request.pk, actor="staff", reason="again", now=NOW)
    assert AuditEntry.objects.filter(action="memory.forget_retried").count() == 1


def test_late_answer_is_found_by_the_second_look(creator, mongo):
    say(creator, "My favourite tea is Quetzalwood.")
    form(creator)
    memory = Memory.objects.get()
    request = forget(creator, scope=ForgetScope.MEMORY, memory_ids=[memory.pk])
    process_forget_request(request_id=request.pk, now=NOW)
    ConversationTurn.objects.create(
        creator=creator, request_id="late", question="Tea?", answer=memory.text, store="postgres", model="m",
        citations=[{"kind": "memory", "id": str(memory.pk)}], is_degraded=False, duration_ms=1, asked_at=NOW,
    )  # fmt: skip
    assert process_forget_request(request_id=request.pk, now=LATER) == ForgetState.DONE
    turn = ConversationTurn.objects.get()
    assert (turn.answer, turn.citations, cache.get("x")) == ("Forgotten at the creator's request.", [], None)
    assert OutboxRow.objects.count() == 0
