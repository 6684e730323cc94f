"""Kill everything at every named point while three writers write; the truth is asked for after each kill."""

import time

import pytest

from migration.enums import LADDER, ParityState, Stage
from migration.models import BackfillRun, Dataset, ParityRun
from tests.storm.conftest import NAME, Storm, wait_until

pytestmark = [pytest.mark.storm, pytest.mark.timeout(180), pytest.mark.django_db(transaction=True)]
RELAY_POINTS = ("relay.taken", "relay.before_write", "relay.after_write", "relay.before_commit")
BACKFILL_POINTS = (
    "backfill.opened",
    "backfill.before_write",
    "backfill.after_write",
    "backfill.before_commit",
    "backfill.before_finish",
)
VERIFY_POINTS = ("verify.batch", "verify.checkpoint", "verify.settled")
STAGE_POINTS = ("stage.before_swap", "stage.after_swap")


@pytest.mark.parametrize("turn", [1, 2, 4, 7])
@pytest.mark.parametrize("point", RELAY_POINTS)
def test_relay_dies(storm: Storm, point, turn):
    storm.run_until_killed("relay", failpoint=f"{point}:{turn}")

    storm.settle()


@pytest.mark.parametrize("turn", range(4))
def test_relay_dies_at_any_moment(storm: Storm, turn):
    time.sleep(0.1 * turn)
    storm.kill_relay()
    storm.relays.append(storm.launch("relay"))

    storm.settle()


@pytest.mark.parametrize("round_", [1, 2])
@pytest.mark.parametrize("point", BACKFILL_POINTS)
def test_backfill_dies_and_goes_on(storm: Storm, point, round_):
    step = ("backfill", NAME, "--reason", "storm")
    storm.run_until_killed(*step, failpoint=point)
    assert get().stage == Stage.BACKFILL
    run = BackfillRun.objects.filter(dataset=get()).latest("pk")

    assert storm.run(*step) == 0, storm.read_log("backfill")

    assert get().stage == Stage.CATCHUP
    assert BackfillRun.objects.filter(dataset=get()).latest("pk").pk == run.pk  # it went on, not anew
    storm.settle()


@pytest.mark.parametrize("round_", [1, 2, 3])
@pytest.mark.parametrize("point", VERIFY_POINTS)
def test_verifier_dies_and_finds_nothing_false(storm: Storm, point, round_):
    storm.run_until_killed("parity", NAME, failpoint=point)
    assert not ParityRun.objects.filter(dataset=get(), state=ParityState.CLEAN, finished_at=None).exists()

    assert storm.run("parity", NAME) == 0, storm.read_log("parity")

    latest = ParityRun.objects.filter(dataset=get()).latest("pk")
    assert (latest.state, latest.mismatched) == (ParityState.CLEAN, 0)
    assert latest.compared > 100
    storm.settle()


@pytest.mark.parametrize("point", STAGE_POINTS)
@pytest.mark.parametrize("step", ["promote", "pause", "resume", "roll-back"])
def test_transition_dies_and_no_stage_is_skipped(storm: Storm, step, point):
    before = bring_to_start(storm, step)
    storm.run_until_killed(step, NAME, "--reason", "storm", failpoint=point)
    assert (get().stage, get().epoch) == before  # nothing half-done

    assert storm.run(step, NAME, "--reason", "storm") == 0, storm.read_log(step)

    assert get().epoch == before[1] + 1
    expected = {
        "promote": LADDER[LADDER.index(before[0]) + 1] if before[0] in LADDER else Stage.VERIFY,
        "pause": Stage.PAUSED,
        "resume": Stage.VERIFY,
        "roll-back": Stage.ROLLED_BACK,
    }
    assert get().stage == expected[step]
    storm.settle()


def bring_to_start(storm: Storm, step: str) -> tuple[str, int]:
    """Bring the dataset where the step may be taken; return its stage and epoch."""
    if get().stage == Stage.PAUSED and step != "resume":
        assert storm.run("resume", NAME, "--reason", "storm") == 0
    if step == "promote":
        if get().stage != Stage.CATCHUP:
            assert storm.run("backfill", NAME, "--reason", "storm") == 0, storm.read_log("backfill")
    elif get().stage in (Stage.CATCHUP, Stage.ROLLED_BACK):
        assert storm.run("promote", NAME, "--reason", "storm") == 0, storm.read_log("promote")
    if step == "resume" and get().stage != Stage.PAUSED:
        assert storm.run("pause", NAME, "--reason", "storm") == 0
    return get().stage, get().epoch


@pytest.mark.parametrize("round_", range(5))
def test_mongo_dies(storm: Storm, round_):
    storm.kill_mongo()
    time.sleep(0.5 + 0.2 * round_)
    storm.start_mongo()

    storm.settle()


@pytest.mark.parametrize("round_", range(3))
def test_connections_to_postgres_are_ended(storm: Storm, round_):
    """Both relays lose their sessions in the middle of whatever they do."""
    import psycopg

    with psycopg.connect(storm.dsn, autocommit=True) as session:
        ended = session.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%migration_outboxrow%' AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended

    storm.settle()


def test_at_least_fifty_were_killed(storm: Storm):
    """The count stands last: a storm that hardly blew proves nothing."""
    assert storm.kills >= 50
    assert sum(writer.writes for writer in storm.writers) > 1000
    assert storm.watch.looks > 20
    wait_until(lambda: all(relay.poll() is None for relay in storm.relays), seconds=5)


def get() -> Dataset:
    return Dataset.objects.get(name=NAME)
