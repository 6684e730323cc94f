"""Points, seasons and boards: each cause once, fair ties, the database when Redis is away."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from creators.enums import ConsentPurpose, ConsentSource
from creators.models import PointEntry, Season, SeasonResult, SeasonTotal
from creators.models.points import MOST_POINTS
from creators.queries.games.boards import find_board, find_season, find_standing
from creators.services.consent import record_consent
from creators.services.games.boards import push_totals, rebuild_boards
from creators.services.games.points import NewPoints, award_points
from creators.services.games.seasons import close_ended_seasons
from creators.stores.boards import BAND, build_score, read_points
from tests.creators.conftest import NOW, make_creator
from veri.platform.connections import redis as connections
from veri.platform.connections.redis import get_redis


@pytest.fixture(autouse=True)
def _empty_redis():
    get_redis().flushdb()


@pytest.fixture
def redis_away(settings):
    given = settings.REDIS_URLS
    settings.REDIS_URLS = ["redis://127.0.0.1:1/0"]
    connections.close()
    yield
    settings.REDIS_URLS = given
    connections.close()


def give(creator, points, *, cause="c", now=NOW):
    with transaction.atomic():
        entry = NewPoints(creator_id=creator.pk, cause_kind="test", cause_id=cause, points=points, at=now)
        return award_points(entries=[entry], now=now)


def show(creator, owner, *, is_granted=True):
    record_consent(
        creator=creator, purpose=ConsentPurpose.PUBLIC_PROFILE, is_granted=is_granted, acting_user=owner,
        source=ConsentSource.API, now=NOW,
    )  # fmt: skip


@pytest.fixture
def ranked(transactional_db, owner):
    """Five creators on the board with 10, 30, 30, 20 and 5 points; the second of the thirties came later."""
    found = [make_creator(f"rank{number}", owner, tags=["vegan"]) for number in range(5)]
    for creator in found:
        show(creator, owner)
    for creator, points, seconds in zip(found, (10, 30, 30, 20, 5), (0, 60, 0, 0, 0), strict=True):
        give(creator, points, now=NOW + timedelta(seconds=seconds))
    rebuild_boards(season_id=Season.objects.get().pk, now=NOW)
    return found


def list_rows(scope="all"):
    board = find_board(season=find_season(now=NOW), scope=scope)
    return board.source, [(row.rank, row.points, row.handle) for row in board.rows]


FIVE = [(1, 30, "rank2"), (1, 30, "rank1"), (3, 20, "rank3"), (4, 10, "rank0"), (5, 5, "rank4")]


def test_equal_points_share_a_rank_and_the_earlier_stands_first(ranked):
    assert list_rows() == ("redis", FIVE)
    assert list_rows("food") == ("redis", FIVE)
    assert list_rows("gaming") == ("redis", [])


def test_database_answers_the_same_while_redis_is_away_or_empty(ranked, redis_away):
    assert list_rows() == ("postgres", FIVE)
    standing = find_standing(season=find_season(now=NOW), scope="all", creator=ranked[3])
    assert (standing.rank, standing.points, standing.size) == (3, 20, 5)


def test_boards_follow_awards_at_once_and_lost_ones_are_not_trusted(ranked):
    give(ranked[4], 40, cause="more")
    assert list_rows()[1][0] == (1, 45, "rank4")
    get_redis().flushdb()
    give(ranked[3], 100, cause="more")
    source, rows = list_rows()
    assert (source, rows[0], len(rows)) == ("postgres", (1, 120, "rank3"), 5)
    rebuild_boards(season_id=Season.objects.get().pk, now=NOW)
    assert list_rows() == ("redis", rows)


def test_correction_lowers_points_and_late_pushes_do_not(ranked):
    season = Season.objects.get()
    give(ranked[1], -25, cause="taken", now=NOW + timedelta(minutes=2))
    assert [row[1:] for row in list_rows()[1]] == [
        (30, "rank2"),
        (20, "rank3"),
        (10, "rank0"),
        (5, "rank4"),
        (5, "rank1"),
    ]
    SeasonTotal.objects.filter(creator=ranked[2]).update(points=7)
    push_totals(season_id=season.pk, creator_ids=[ranked[2].pk], only_raise=True)
    assert (1, 30, "rank2") in list_rows()[1]
    give(ranked[0], -1_000, cause="taken")
    assert SeasonTotal.objects.get(creator=ranked[0]).points == 0


def test_neighbours_and_own_rank_also_of_who_is_not_shown(ranked, owner):
    season = find_season(now=NOW)
    standing = find_standing(season=season, scope="all", creator=ranked[3], around=1)
    assert [(row.rank, row.handle) for row in standing.neighbours] == [(1, "rank1"), (3, "rank3"), (4, "rank0")]
    show(ranked[3], owner, is_granted=False)
    hidden = find_standing(season=season, scope="all", creator=ranked[3])
    assert (hidden.rank, hidden.points, hidden.is_shown, hidden.neighbours) == (3, 20, False, [])
    assert [row[2] for row in list_rows()[1]] == ["rank2", "rank1", "rank0", "rank4"]
    assert get_redis().zscore(f"veri:board:{season.pk}:all", str(ranked[3].pk)) is None


def test_cause_gives_points_once_however_many_try(transactional_db, creator):
    def run():
        try:
            give(creator, 10)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (PointEntry.objects.count(), Season.objects.count()) == (1, 1)
    assert SeasonTotal.objects.get().points == 10


def test_ledger_is_append_only_and_goes_with_its_creator(creator):
    give(creator, 10)
    for change in ("UPDATE creators_pointentry SET points = 99", "DELETE FROM creators_pointentry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert PointEntry.objects.get().points == 10
    creator.delete()
    assert PointEntry.objects.count() == 0


def test_totals_stay_within_what_a_board_can_hold(creator):
    for number in range(3):
        give(creator, MOST_POINTS, cause=str(number))
    assert SeasonTotal.objects.get().points == MOST_POINTS
    far = datetime(2105, 1, 1, tzinfo=UTC)
    score = build_score(points=MOST_POINTS, reached_at=far)
    assert score < 2**53
    assert read_points(float(score)) == MOST_POINTS
    assert build_score(points=5, reached_at=NOW) > build_score(points=5, reached_at=NOW + timedelta(seconds=1))
    assert build_score(points=5, reached_at=far) < 6 * BAND


def test_closed_season_keeps_where_everybody_stood(ranked):
    later = NOW + timedelta(days=30)
    assert close_ended_seasons(now=later) == 1
    assert close_ended_seasons(now=later) == 0
    give(ranked[4], 500, cause="late", now=later)
    assert SeasonResult.objects.count() == 5
    assert list_rows() == ("snapshot", FIVE)
    assert find_season(now=later).name == "December 2026"
    assert SeasonTotal.objects.get(season=find_season(now=later)).points == 500


def test_points_under_a_clock_set_back_go_to_the_next_open_season(creator):
    give(creator, 5)
    close_ended_seasons(now=NOW + timedelta(days=30))
    give(creator, 7, cause="late", now=NOW)
    totals = SeasonTotal.objects.order_by("season__starts_at").values_list("season__name", "points")
    assert list(totals) == [("November 2026", 5), ("December 2026", 7)]


def test_api_shows_the_board_and_ones_own_place(ranked, client, stranger_client, django_assert_num_queries):
    season = Season.objects.get().pk
    with django_assert_num_queries(2):
        body = client.get(f"/api/v1/boards/all?season={season}").json()
    assert [(one["rank"], one["handle"]) for one in body["results"]] == [(row[0], row[2]) for row in FIVE]
    assert (body["size"], body["own"]) == (5, None)
    own = client.get(f"/api/v1/boards/food?season={season}&creator=rank3").json()["own"]
    assert (own["rank"], own["points"], len(own["neighbours"])) == (3, 20, 5)
    assert stranger_client.get("/api/v1/boards/all?creator=rank3").status_code == 404
    assert client.get("/api/v1/boards/opera").status_code == 404
    assert client.get("/api/v1/boards/all?season=99999999999999999999").status_code == 400
    assert client.get("/api/v1/seasons").json()["results"][0]["name"] == "November 2026"
