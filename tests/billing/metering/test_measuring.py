from datetime import timedelta

import pytest

from billing.errors import PriceUnknown
from billing.models import Allowance, PriceVersion, UsageEvent
from billing.services.measuring.outside import meter_outside
from billing.services.measuring.storage import measure_mongo, measure_postgres, meter_storage, share_of_month
from creators.models import PlatformConnection, SyncRun, WebhookDelivery
from tests.conftest import NOW
from veri.platform.ops.models import Notification


def list_events():
    rows = UsageEvent.objects.order_by("id")
    return [(one.source, one.service, one.units, one.cost_micro_usd, one.creator_id) for one in rows]


def test_day_of_storage_is_a_share_of_the_gigabyte_months_price():
    gigabyte = 10**9
    assert share_of_month(gigabyte, at=NOW) * 30 == pytest.approx(1_000_000, rel=1e-4)
    assert share_of_month(gigabyte, at=NOW + timedelta(days=30)) == -(-1_000_000 // 31)
    assert share_of_month(1, at=NOW) == 1


def test_both_stores_are_metered_once_a_day(db, mongo):
    mongo["anything"].insert_one({"_id": "1", "text": "x" * 1000})
    meter_storage(now=NOW)
    assert meter_storage(now=NOW + timedelta(hours=6)) == []
    found = {service: (units, cost) for _, service, units, cost, _ in list_events()}
    postgres = share_of_month(measure_postgres(), at=NOW)
    assert found["postgres"][0] == pytest.approx(postgres, rel=0.01)
    assert found["postgres"][1] == -(-found["postgres"][0] * 115_000 // 1_000_000)
    assert ("mongo" in found) is (measure_mongo() > 0)
    assert len(meter_storage(now=NOW + timedelta(days=1))) == len(found)
    mongo.drop_collection("anything")


def test_store_that_is_away_leaves_the_other_metered(db, mongo_away):
    assert [event.service for event in meter_storage(now=NOW)] == ["postgres"]


@pytest.fixture
def connection(creator):
    return PlatformConnection.objects.create(creator=creator, platform="x", account_id="1", created_at=NOW)


def read(connection, micro, *, at=NOW, **changes):
    values = {"platform": "x", "kind": "content", "started_at": at, "ended_at": at, "micro_dollars": micro} | changes
    return SyncRun.objects.create(connection=connection, **values)


def test_readings_of_x_are_metered_once_with_their_creator(creator, connection):
    read(connection, 115_000)
    read(connection, 0)
    read(connection, 5_000, ended_at=None)
    meter_outside(now=NOW)
    meter_outside(now=NOW + timedelta(hours=1))
    assert list_events() == [("sync", "x", 115_000, 115_000, creator.pk)]
    assert Allowance.objects.get(scope="budget:x").spent == 115_000


def test_spent_money_is_metered_beyond_its_budget(connection, settings):
    settings.MONTHLY_BUDGETS = {"x": 0.000001}
    read(connection, 115_000)
    meter_outside(now=NOW)
    assert Allowance.objects.values_list("limit", "spent").get() == (1, 115_000)


def test_events_and_mails_are_metered_by_whole_hours(db):
    for number in range(3):
        WebhookDelivery.objects.create(
            platform="x", message_id=f"m{number}", kind="post.create", body=b"{}", received_at=NOW, processed_at=NOW
        )
        Notification.objects.create(
            channel="email", recipient="a@b.example", subject="s", body="b", state="sent", created_at=NOW,
            next_attempt_at=NOW, sent_at=NOW + timedelta(minutes=number),
        )  # fmt: skip
    assert meter_outside(now=NOW + timedelta(minutes=59)) == []
    meter_outside(now=NOW + timedelta(minutes=66))
    meter_outside(now=NOW + timedelta(minutes=166))
    assert list_events() == [("sync", "x", 15_000, 15_000, None), ("mail", "mail", 3, 300, None)]


def test_missing_price_refuses_and_is_made_good_later(connection):
    read(connection, 100)
    PriceVersion.objects.filter(service="x").delete()
    with pytest.raises(PriceUnknown):
        meter_outside(now=NOW)
    assert (UsageEvent.objects.count(), Allowance.objects.count()) == (0, 0)
    PriceVersion.objects.create(
        service="x", model="api", effective_from=NOW - timedelta(days=9), input=0, output=0, cache_read=0,
        cache_write_5m=0, cache_write_1h=0, unit=1_000_000,
    )  # fmt: skip
    assert len(meter_outside(now=NOW)) == 1
