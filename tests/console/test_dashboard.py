import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Allowance
from billing.services.periods import get_month
from creators.models import Interaction
from migration.models import OutboxRow
from tests.conftest import NOW
from tests.console.conftest import make_interactions
from veri.console.status import counts
from veri.platform.events.models import Delivery, Event
from veri.platform.ops.services.heartbeats import record_heartbeat

PAGE = reverse("admin:index")


def get_stores(response):
    return {store.name: store.ok for store in response.context["readiness"].stores}


def test_all_is_well(console, mongo):
    response = console.get(PAGE)
    assert get_stores(response) == {"postgres": True, "redis": True, "mongo": True}
    assert b"Away" not in response.content


@pytest.mark.parametrize("store", ["mongo", "redis"])
def test_store_that_is_away_is_red_and_the_page_is_quick(console, request, store):
    request.getfixturevalue(f"dead_{store}")
    started = time.monotonic()
    response = console.get(PAGE)
    took = time.monotonic() - started
    assert response.status_code == 200
    assert get_stores(response) == {"postgres": True, "redis": True, "mongo": True} | {store: False}
    assert f'class="card tile bad" data-store="{store}"' in response.content.decode()
    assert took < 2.5


def test_outbox_dead_letters_and_silent_processes_are_shown(console):
    OutboxRow.objects.create(dataset="interactions", key=1, scope=1, version=1, operation="u")
    OutboxRow.objects.create(
        dataset="memories", key=2, scope=1, version=2, operation="u", quarantined_at=NOW, error="text is no text"
    )
    event = Event.objects.create(name="n", payload={}, published_at=NOW)
    Delivery.objects.create(event=event, subscriber="a", state="dead", due_at=NOW)
    Delivery.objects.create(event=event, subscriber="b", due_at=NOW)
    record_heartbeat(name="relay", now=timezone.now())

    context = console.get(PAGE).context

    assert (context["outbox"]["depth"], context["outbox"]["quarantined"]) == (1, 1)
    assert [label for label, _ in context["outbox"]["lags"]] == ["Interactions"]
    assert (context["event_log"].backlog, context["event_log"].dead) == ("1", "1")
    assert [(one.name, one.is_alive) for one in context["processes"]] == [
        ("relay", True),
        ("beat", False),
        ("worker", False),
    ]


def test_few_rows_are_counted_and_many_are_estimated(console, creator, monkeypatch):
    make_interactions(creator, 12)
    assert counts.count_table(model=Interaction).shown == "12"
    monkeypatch.setattr(counts, "COUNTED", 10)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE creators_interaction")
    assert counts.count_table(model=Interaction).shown == "about 12"


def test_budget_near_its_limit_is_marked(console):
    start, end = get_month(timezone.now())
    Allowance.objects.create(
        scope="budget:claude", unit="micro_usd", period_start=start, period_end=end, limit=100_000_000,
        spent=70_000_000, reserved=15_000_000,
    )  # fmt: skip
    bars = {
        bar.state.service: (bar.spent, bar.limit, bar.percent, bar.tone) for bar in console.get(PAGE).context["budgets"]
    }
    assert bars["claude"] == ("$70.00", "$100.00", "85.0 %", "warn")
    assert bars["openai"] == ("$0.00", "$300.00", "0.0 %", "good")


def test_staff_without_permissions_sees_stores_and_processes_only(client, onlooker):
    onlooker.user_permissions.clear()
    client.force_login(onlooker)
    context = client.get(PAGE).context
    assert context["readiness"].stores
    assert context["counts"] == []
    assert {"flags", "datasets", "outbox", "event_log", "budgets"} & context.keys() == set()


def test_live_part_is_marked_and_not_cached(console):
    response = console.get(reverse("admin:dashboard_live"))
    assert response["X-Console-Fragment"] == "1"
    assert "no-store" in response["Cache-Control"]
    assert b"<html" not in response.content


def test_live_part_costs_a_bounded_number_of_queries(console, creator):
    make_interactions(creator, 3)
    console.get(reverse("admin:dashboard_live"))
    with CaptureQueriesContext(connection) as queries:
        console.get(reverse("admin:dashboard_live"))
    assert len(queries) <= 40
