import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Interaction
from migration.enums import Stage
from migration.errors import FlagForcedOff, FlagNeedUnmet, ReasonMissing, UnknownFlag
from migration.models import Dataset, FeatureFlag, OutboxRow
from migration.queries.flags import get_flag_state, is_flag_on
from migration.queries.routes import Store, choose_store, read_routed
from migration.services.backfill import run_backfill
from migration.services.flags import set_flag
from migration.services.stages import stop_dataset
from tests.migration.climbing import climb
from tests.migration.conftest import drain, make_interaction, switch
from veri.platform.connections.mongo import get_database
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


def test_flag_needs_its_need_and_nothing_changes(mongo):
    with pytest.raises(FlagNeedUnmet, match="USE_MONGO"):
        switch("READ_FROM_MONGO")

    assert FeatureFlag.objects.count() == 0
    assert AuditEntry.objects.count() == 0


def test_unknown_flag_and_missing_reason_are_refused():
    with pytest.raises(UnknownFlag):
        switch("FLY")
    with pytest.raises(ReasonMissing):
        set_flag(name="USE_MONGO", is_on=True, actor="t", reason="  ", now=timezone.now())

    assert FeatureFlag.objects.count() == 0


def test_forced_off_wins_over_stored_and_default(settings):
    switch("USE_MONGO")
    settings.FLAGS_FORCED_OFF = ["USE_MONGO"]

    assert is_flag_on("USE_MONGO") is False
    assert get_flag_state("USE_MONGO").blocked_by == "kept off by FLAGS_FORCED_OFF"
    with pytest.raises(FlagForcedOff):
        switch("USE_MONGO")


def test_environment_default_applies_until_a_value_is_stored(settings):
    settings.FLAG_DEFAULTS = {**settings.FLAG_DEFAULTS, "USE_MONGO": True}
    assert is_flag_on("USE_MONGO") is True

    switch("USE_MONGO", is_on=False)

    assert is_flag_on("USE_MONGO") is False


def test_switching_a_need_off_leaves_dependants_stored_but_off(mongo):
    switch("USE_MONGO")
    switch("READ_FROM_MONGO")
    switch("HYBRID_SEARCH")

    switch("USE_MONGO", is_on=False)

    states = {name: get_flag_state(name) for name in ("READ_FROM_MONGO", "HYBRID_SEARCH")}
    assert [(one.stored, one.is_effective) for one in states.values()] == [(True, False), (True, False)]


def test_change_is_audited_with_actor_and_reason(owner):
    set_flag(name="COST_TRACKING", is_on=False, actor=owner, reason="maintenance", now=timezone.now())

    entry = AuditEntry.objects.get(action="migration.flag.off")
    assert (entry.actor_id, entry.reason, entry.target_id) == (owner.pk, "maintenance", "COST_TRACKING")


def test_another_connection_sees_a_change_within_two_seconds(ending_copies):
    assert is_flag_on("USE_MONGO") is False  # this process now has a copy
    other = threading.Thread(target=lambda: (_store_behind_the_cache(), connection.close()))
    other.start()
    other.join()
    started = time.monotonic()
    while not is_flag_on("USE_MONGO"):
        assert time.monotonic() - started < 2
        time.sleep(0.05)


def _store_behind_the_cache() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO migration_featureflag (name, is_on, percent, allowed, denied, reason, changed_by, changed_at)"
            " VALUES ('USE_MONGO', true, 100, '{}', '{}', 'x', 'other', %s)",
            [now],
        )


def test_use_mongo_starts_and_stops_capturing(creator, mongo):
    switch("USE_MONGO")
    assert set(Dataset.objects.values_list("stage", flat=True)) == {Stage.CAPTURE}
    make_interaction(creator, "a").save()
    assert OutboxRow.objects.count() == 1

    switch("USE_MONGO", is_on=False)

    assert set(Dataset.objects.values_list("stage", "is_capturing")) == {(Stage.OFF, False)}
    assert OutboxRow.objects.count() == 0


@pytest.fixture
def cut_over(capturing):
    Interaction.objects.bulk_create([make_interaction(capturing, "a")])
    drain()
    climb("interactions", Stage.CUTOVER)
    switch("READ_FROM_MONGO")
    return capturing


def choose(creator) -> Store:
    return choose_store(datasets=["interactions"], scope=creator.pk)


def test_reads_go_to_mongo_when_flags_and_route_say_so(cut_over):
    assert choose(cut_over) is Store.MONGO
    assert choose_store(datasets=["interactions", "memories"], scope=cut_over.pk) is Store.POSTGRES

    switch("READ_FROM_MONGO", is_on=False)

    assert choose(cut_over) is Store.POSTGRES


def test_creator_reads_his_own_write(cut_over, mongo):
    Interaction.objects.filter(creator=cut_over).update(text="mine")
    assert choose(cut_over) is Store.POSTGRES
    assert choose_store(datasets=["interactions"], scope=cut_over.pk + 1) is Store.MONGO

    drain()

    assert choose(cut_over) is Store.MONGO
    assert mongo.interactions.find_one({"creator_id": cut_over.pk})["text"] == "mine"


def test_read_falls_back_to_postgres_and_spares_mongo(cut_over, mongo_away):
    routed = read_routed(
        datasets=["interactions"],
        scope=cut_over.pk,
        from_mongo=lambda: get_database().interactions.count_documents({}),
        from_postgres=Interaction.objects.count,
    )

    assert (routed.value, routed.store, routed.fell_back) == (1, Store.POSTGRES, True)
    assert choose(cut_over) is Store.POSTGRES


def test_routing_costs_one_query_when_copies_are_warm(cut_over, django_assert_num_queries):
    choose(cut_over)

    with django_assert_num_queries(1):
        choose(cut_over)


def test_backfill_is_refused_while_off_and_while_cut_over(cut_over):
    from migration.errors import StageConflict

    with pytest.raises(StageConflict, match="roll it back"):
        run_backfill(name="interactions", actor="t", reason="t", clock=timezone.now)
    stop_dataset(name="interactions", actor="t", reason="t", now=timezone.now())
    with pytest.raises(StageConflict, match="interactions is off"):
        run_backfill(name="interactions", actor="t", reason="t", clock=timezone.now)
