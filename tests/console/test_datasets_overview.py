import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from creators.models import Interaction
from migration.enums import Stage
from migration.models import ParityRun
from tests.console.conftest import list_messages, make_interactions, put, switch, take
from tests.migration.climbing import climb
from veri.platform.ops.services.heartbeats import record_heartbeat

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:reconciliation")


def get_card(client, dataset="interactions"):
    return next(card for card in client.get(PAGE).context["cards"] if card.name == dataset)


def test_dataset_that_is_off_says_what_comes_next(console):
    card = get_card(console)
    assert (card.stage, card.reads_from, card.backfill.sentence) == ("Off", "PostgreSQL", "never")
    assert card.next.target == "Capturing"
    assert card.next.obstacle == "USE_MONGO is on? off; wanted on. Switch USE_MONGO on, on the Flags page."
    assert (card.main.step, card.main.blocked) == ("start", "USE_MONGO is off: switch it on, on the Flags page.")


def test_copied_dataset_shows_its_figures(console, verified):
    card = get_card(console)
    assert (card.stage, card.reads_from, card.outbox_depth, card.quarantined) == ("Catching up", "PostgreSQL", 0, 0)
    assert (card.parity.agreement, card.parity.state, card.parity.compared) == ("100 %", "Clean", "3")
    assert card.backfill.sentence.startswith("3 rows, ended ")
    assert (card.next.target, card.next.held, card.next.total) == ("Verifying", 3, 3)
    assert (card.main.step, card.main.blocked) == ("promote", "")


def test_waiting_rows_are_counted_with_their_lag(console, verified):
    Interaction.objects.update(text="changed")
    card = get_card(console)
    assert (card.outbox_depth, card.outbox_lag) == (3, "under a second")


MAIN = {
    "off": "start", "capture": "backfill", "backfill": "backfill", "catchup": "promote", "verify": "verify",
    "shadow": "promote", "canary": "promote", "cutover": "promote", "soak": "promote", "done": "archive",
    "paused": "resume", "rolled_back": "promote",
}  # fmt: skip


@pytest.mark.parametrize("stage", Stage.values)
def test_every_stage_is_rendered_with_its_main_step(console, mongo, stage):
    put("interactions", stage)
    card = get_card(console)
    assert card.stage == Stage(stage).label + (", was verifying" if stage in ("paused", "rolled_back") else "")
    assert card.main.step == MAIN[stage]
    assert (card.next is None) == (stage in ("done", "paused"))
    assert sum(mark.is_current for mark in card.stages) == (0 if stage in ("paused", "rolled_back") else 1)


@pytest.mark.parametrize(
    ("stage", "fields", "expected"),
    [
        ("shadow", {}, "PostgreSQL"),
        ("canary", {"read_percent": 25}, "MongoDB for 25 % of the creators"),
        ("canary", {"read_percent": 0, "allowed": [7]}, "MongoDB for 0 % of the creators and 1 by name"),
        ("cutover", {}, "MongoDB"),
        ("soak", {"denied": [1, 2]}, "MongoDB, but for 2 creators"),
        ("paused", {"came_from": "cutover"}, "PostgreSQL"),
        ("rolled_back", {"came_from": "cutover"}, "PostgreSQL"),
    ],
)
def test_reads_are_told_as_flags_and_route_decide(console, mongo, stage, fields, expected):
    switch("USE_MONGO", is_on=True)
    switch("READ_FROM_MONGO", is_on=True)
    put("interactions", stage, **fields)
    assert get_card(console).reads_from == expected


def test_reads_without_the_flag_say_so(console, mongo):
    put("interactions", "cutover")
    assert get_card(console).reads_from == "PostgreSQL: READ_FROM_MONGO is off"


def test_never_verified_dataset_is_not_green(console, mongo):
    put("interactions", "cutover")
    assert get_card(console).stage_tone == "bad"
    put("interactions", "shadow")
    assert get_card(console).stage_tone == "warn"


def test_verified_dataset_that_climbed_is_green(console, verified):
    climb("interactions", Stage.SHADOW)
    card = get_card(console)
    assert (card.stage_tone, card.health_tone, card.health) == ("good", "good", "All 3 keys agree.")


def test_step_for_all_is_taken_where_it_is_possible(console, creator, mongo, queued):
    switch("USE_MONGO", is_on=True)
    put("memories", "cutover")
    record_heartbeat(name="worker:w1", now=timezone.now())
    response = take(console, "all", "backfill")
    assert list_messages(response) == [
        "Backfill, Creator profiles, Interactions, Memory vectors: queued; this page follows it.",
        "Backfill, Memories: skipped. Its reads are on MongoDB: roll back first.",
        "Backfill: 3 done, 1 skipped.",
    ]
    assert queued() == 3


def test_silent_worker_and_relay_are_said(console):
    text = console.get(PAGE).content.decode()
    assert "The relay is silent (never seen)" in text
    assert "No worker was seen lately" in text


def test_mongo_away_leaves_the_page(console, verified, dead_mongo):
    put("interactions", "canary")
    response = console.get(PAGE)
    assert response.status_code == 200
    card = next(card for card in response.context["cards"] if card.name == "interactions")
    assert card.next.held < card.next.total


def test_overview_costs_the_same_number_of_queries_with_more_rows(console, verified, creator):
    def count():
        with CaptureQueriesContext(connection) as queries:
            console.get(reverse("admin:reconciliation_live"))
        return len(queries)

    count()
    few = count()
    Interaction.objects.update(text="again")
    make_interactions_again(creator)
    assert count() == few <= 110


def make_interactions_again(creator):
    Interaction.objects.filter(creator=creator).delete()
    make_interactions(creator, 9)
    run = ParityRun.objects.latest("pk")
    ParityRun.objects.bulk_create(
        ParityRun(dataset=run.dataset, state="clean", compared=1, started_at=run.started_at, mode="sample")
        for _ in range(5)
    )
