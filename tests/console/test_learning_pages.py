"""The pages of learning: the playground explains and writes nothing, the report is honest about few judgements."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Reservation, UsageEvent
from creators.models import Interaction
from memory.models import AnswerFeedback, ConversationTurn, LearningRun, Memory, MemoryUse, RetrievalWeights
from memory.queries.learning_report import find_wilson_interval, list_learning_weeks
from memory.queries.retrieval import retrieve
from migration.models import ShadowRead
from migration.queries.routes import Store
from tests.conftest import NOW
from tests.console.conftest import list_messages
from tests.memory.conftest import form, make_creator, say
from veri.platform.ops.models import AuditEntry

DAY = timedelta(days=1)
QUESTION = "What is my rate for a sponsored video?"


@pytest.fixture
def told(creator):
    say(creator, "My rate for a sponsored video is $1,000.", at=NOW - 9 * DAY, channel="team")
    say(creator, "My rate for a sponsored video is $1,500 now.", at=NOW, channel="team")
    say(creator, "Sounds right, the video was long.", at=NOW + DAY, author="kai", channel="team")
    other = make_creator("pixelforge")
    say(other, "My rate for a sponsored video is $9,999.")
    form(creator)
    form(other)
    return creator


def explore(console, **fields):
    given = {"creator": "@LumenKitchen", "question": QUESTION, "store": "postgres", **fields}
    return console.post(reverse("admin:playground"), given)


def count_written():
    models = (ConversationTurn, MemoryUse, UsageEvent, Reservation, ShadowRead, AuditEntry, Memory, Interaction)
    return [model.objects.count() for model in models]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hybrid", ["", "on"])
def test_playground_explains_every_hit_and_writes_nothing(console, told, hybrid):
    before = count_written()
    response = explore(console, is_hybrid=hybrid)
    found = response.context["found"]
    plain = retrieve(creator_id=told.pk, question=QUESTION, limit=12).hits
    assert count_written() == before
    assert (found.store, found.is_hybrid) == (Store.POSTGRES, bool(hybrid))
    hit, arms = found.hits[0]
    assert (hit.memory.value, arms.gain) == ("$1,500", 1.3)
    assert hit.score == pytest.approx(arms.own * arms.gain)
    assert (arms.similarity is not None) == bool(hybrid)
    if not hybrid:
        assert [one.target for one, _ in found.hits] == [one.target for one in plain]
        assert arms.own == pytest.approx(arms.words)
        parts = next(one.around for row, one in found.hits if row.interaction)
        assert set(parts) == {"words", "vectors", "neighbours", "speaker", "time", "length", "question"}
    assert any("$1,000" in one.text for one in found.dropped if one.reason == "superseded")
    assert {one.reason for one in found.dropped} >= {"superseded"}
    assert "$9,999" not in response.content.decode()
    assert set(found.milliseconds) >= {"words", "score", "messages", "superseded", "load"}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"creator": "ghost"}, "creator"),
        ({"creator": ""}, "creator"),
        ({"question": ""}, "question"),
        ({"question": "a\0b"}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"store": "oracle"}, "store"),
    ],
)
def test_playground_says_what_is_wrong(console, creator, fields, name):
    response = explore(console, **fields)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [name]


@pytest.mark.django_db(transaction=True)
def test_playground_says_that_mongodb_is_away(console, told, mongo_away):
    response = explore(console, store="mongo")
    assert response.context["form"].errors["store"] == ["mongo is not reachable."]


def test_playground_needs_both_permissions(client, onlooker):
    onlooker.user_permissions.set(Permission.objects.filter(codename="view_memory"))
    client.force_login(onlooker)
    assert client.get(reverse("admin:playground")).status_code == 403


def keep_turn(creator, *, useful=None, days=0):
    turn = ConversationTurn.objects.create(
        creator=creator, request_id="r", question="q", answer="a", store="postgres", model="m", is_degraded=bool(days),
        citations=[{"kind": "memory", "id": "1"}], duration_ms=1, asked_at=NOW - days * DAY,
    )  # fmt: skip
    if useful is not None:
        AnswerFeedback.objects.create(turn=turn, is_useful=not useful, recorded_at=NOW)
        AnswerFeedback.objects.create(turn=turn, is_useful=useful, recorded_at=NOW)


def test_weeks_count_the_latest_judgement_once(creator):
    for useful in (True, True, False, None):
        keep_turn(creator, useful=useful)
    keep_turn(creator, days=7)
    LearningRun.objects.create(
        started_at=NOW, duration_ms=1, creators=1, questions=6, recall_after=0.5, promoted=1, refused=0
    )
    earlier, latest = list_learning_weeks(now=NOW, weeks=4)
    assert (earlier.questions, earlier.degraded_share, earlier.useful_share) == (1, 1.0, None)
    assert (latest.questions, latest.judged, latest.useful, latest.citations_per_answer) == (4, 3, 2, 1.0)
    assert (latest.recall, latest.stored, latest.promoted, latest.is_few) == (0.5, 6, 1, True)
    assert list_learning_weeks(now=NOW, weeks=1) == [latest]
    assert list_learning_weeks(now=NOW, weeks=4, creator_id=creator.pk)[1].recall is None


def test_interval_of_few_judgements_is_wide():
    assert [round(one, 4) for one in find_wilson_interval(count=2, total=3)] == [0.2077, 0.9385]
    assert find_wilson_interval(count=0, total=1)[0] == 0.0


def test_learning_page_asks_the_same_at_one_and_at_three_weeks(console, creator):
    counts = []
    for days in (0, 7, 14):
        keep_turn(creator, useful=True, days=days)
        RetrievalWeights.objects.create(creator=creator, gains={}, proposed_at=timezone.now())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert console.get(reverse("admin:learning")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[2]


def test_report_says_how_few_judged(creator, capsys, time_machine_now):
    keep_turn(creator, useful=True)
    call_command("learning_report", "--weeks", "2", "--creator", "@lumenkitchen")
    assert "1 of 1 (21%-100%) few" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no creator ghost"):
        call_command("learning_report", "--creator", "ghost")
    with pytest.raises(CommandError, match="--weeks must be from 1 to 260"):
        call_command("learning_report", "--weeks", "0")


@pytest.fixture
def time_machine_now():
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


def test_weights_are_taken_out_of_force_with_a_reason(console, creator):
    kept = RetrievalWeights.objects.create(creator=creator, state="promoted", gains={}, revision=1, proposed_at=NOW)
    address = reverse("admin:memory_retrievalweights_changelist")
    chosen = {"action": "retire_selected", "_selected_action": [kept.pk]}
    assert "within two seconds" in console.post(address, chosen).content.decode()
    assert RetrievalWeights.objects.get().state == "promoted"
    given = {**chosen, "confirmed": "yes", "reason": "worse"}
    assert list_messages(console.post(address, given, follow=True)) == ["1 taken out of force, 0 were not in force."]
    assert list_messages(console.post(address, given, follow=True)) == ["0 taken out of force, 1 were not in force."]
    assert RetrievalWeights.objects.get().state == "retired"
    assert AuditEntry.objects.get().reason == "worse"


def test_slot_is_drawn_as_bars_over_time(console, told):
    memory = Memory.objects.get(creator=told, value="$1,500")
    response = console.get(reverse("admin:memory_memory_change", args=[memory.pk]))
    first, last = response.context["timeline"].bars
    assert (first.link.value, first.x, last.is_shown) == ("$1,000", 0, True)
    assert first.x + first.width == last.x
    assert last.x + last.width == 1000
    kinds = {
        kind: len(console.get(reverse("admin:memory_memory_changelist"), {"kind": kind}).context["cl"].result_list)
        for kind in ("slot", "statement", "observation")
    }
    assert kinds["slot"] == 3
    assert kinds["observation"] == 0
