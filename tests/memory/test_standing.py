"""Pins and citations: who asked, how often, and nothing captured that changes with every use."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from creators.models import Creator, User
from memory.models import ConversationTurn, Memory, MemoryUse
from memory.services.pins import set_pin
from memory.services.turns import EndedTurn, keep_turns
from memory.services.uses import record_citations
from tests.conftest import NOW
from tests.memory.conftest import form, say
from veri.platform.ops.models import AuditEntry


@pytest.fixture
def memories(creator):
    say(creator, "I live in Lisbon. My rate for a reel is now $5.")
    form(creator)
    return list(Memory.objects.order_by("pk"))


def test_pin_is_audited_and_idempotent(memories):
    user = User.objects.create_user("ana")
    asked = {"memory_id": memories[0].pk, "acting_user": user, "reason": "identity", "now": NOW}
    assert set_pin(is_pinned=True, **asked)
    assert not set_pin(is_pinned=True, **asked)
    assert list(Memory.objects.order_by("pk").values_list("is_pinned", flat=True)) == [True, False]
    assert set_pin(is_pinned=False, **asked)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "reason", "actor_label")) == [
        ("memory.pinned", "identity", "ana"),
        ("memory.unpinned", "identity", "ana"),
    ]


def test_citations_are_counted_at_once_and_leave_the_memory_alone(memories, django_assert_num_queries):
    keys = [one.pk for one in memories]
    before = list(Memory.objects.order_by("pk").values("pk", "version"))
    with django_assert_num_queries(1):
        assert record_citations(memory_ids=[*keys, keys[0], 2**40], now=NOW) == 2
    assert record_citations(memory_ids=keys[:1], now=NOW - timedelta(days=1)) == 1
    assert record_citations(memory_ids=[], now=NOW) == 0
    assert list(MemoryUse.objects.order_by("pk").values_list("memory_id", "times_cited", "last_cited_at")) == [
        (keys[0], 2, NOW),
        (keys[1], 1, NOW),
    ]
    assert list(Memory.objects.order_by("pk").values("pk", "version")) == before


def test_use_leaves_with_its_memory_by_any_shell(memories):
    record_citations(memory_ids=[one.pk for one in memories], now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM memory_memoryevidence")
        cursor.execute("DELETE FROM memory_memory WHERE id = %s", [memories[0].pk])
    assert list(MemoryUse.objects.values_list("memory_id", flat=True)) == [memories[1].pk]


def test_kept_answers_reinforce_what_they_cite(memories, creator, django_assert_num_queries):
    keys = [one.pk for one in memories]
    ended = [build_turn(creator, cited) for cited in (keys, keys[:1], [2**40])]
    with django_assert_num_queries(4):  # with the transaction's beginning and end
        keep_turns(ended)
    assert list(MemoryUse.objects.order_by("pk").values_list("memory_id", "times_cited", "last_cited_at")) == [
        (keys[0], 2, NOW),
        (keys[1], 1, NOW),
    ]
    with django_assert_num_queries(3):
        keep_turns([build_turn(creator, [])])


def build_turn(creator, cited: list[int]) -> EndedTurn:
    citations = [{"kind": "memory", "id": str(pk)} for pk in cited] + [{"kind": "interaction", "id": "1"}]
    turn = ConversationTurn(
        creator=creator, request_id="r", question="q", answer="a", sentences=[], citations=citations, store="postgres",
        model="m", is_degraded=False, duration_ms=1, asked_at=NOW,
    )  # fmt: skip
    return EndedTurn(turn=turn)


@pytest.mark.django_db(transaction=True)
def test_memory_being_deleted_keeps_no_answer_waiting():
    owner = User.objects.create_user("owner2")
    creator = Creator.objects.create(owner=owner, handle="pixelforge", created_at=NOW, updated_at=NOW)
    say(creator, "I live in Lisbon.")
    form(creator)
    key = Memory.objects.get().pk
    settings = connection.settings_dict
    where = {"host": settings["HOST"], "port": settings["PORT"], "dbname": settings["NAME"], "user": settings["USER"]}
    with psycopg.connect(**where) as other:
        other.execute("DELETE FROM memory_memory WHERE id = %s", [key])
        keep_turns([build_turn(creator, [key])])
        other.commit()
    assert (ConversationTurn.objects.count(), MemoryUse.objects.count()) == (1, 0)
