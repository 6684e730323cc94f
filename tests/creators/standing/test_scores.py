"""Scores as stored: measured from snapshots, compared with cohorts, explained, and the same again."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from creators.models import CreatorScore, LatestScore, PlatformConnection, PlatformFigures
from creators.reliability import forget_reliability_source, register_reliability_source
from creators.services.scoring.recompute import recompute_scores
from creators.services.scoring.reproduction import reproduce_score
from creators.services.scoring.thinning import thin_scores
from tests.creators.conftest import NOW, make_creator
from tests.creators.standing.conftest import connect, make_scored_creator, publish, tell_followers

DAY = timedelta(days=1)


@pytest.fixture
def peers(db):
    """Thirty creators of one size, the first the least engaging."""
    return [make_scored_creator(f"peer{number:02}", rate=0.01 * (number + 1)) for number in range(30)]


def get_score(creator) -> CreatorScore:
    return LatestScore.objects.select_related("score").get(creator=creator).score


def test_figures_are_measured_and_ranked_among_the_like(peers):
    recompute_scores(now=NOW)
    figures = PlatformFigures.objects.get(creator=peers[0])
    assert (figures.followers, figures.items, figures.points, figures.deltas) == (1_019, 12, 20, 19)
    assert figures.rate == pytest.approx(0.01)
    lowest, highest = get_score(peers[0]), get_score(peers[-1])
    assert lowest.inputs["platforms"]["tiktok"]["cohorts"]["engagement"]["id"] == "tiktok/any/1"
    assert (lowest.components["engagement"]["s"], lowest.components["engagement"]["q"]) == (0.016666, 1.0)
    assert highest.components["engagement"]["s"] == 0.983333
    assert highest.value > lowest.value
    assert lowest.components["consistency"] == {"s": 1.0, "q": 1.0, "w": 20, "contribution": "20.000000000000"}
    assert lowest.components["reliability"] == {"s": 0.0, "q": 0.0, "w": 10, "contribution": "4.000000000000"}
    total = sum(Decimal(part["contribution"]) for part in lowest.components.values())
    assert total == lowest.exact
    assert lowest.reasons["up"][0]["component"] == "consistency"
    assert lowest.reasons["down"][0]["component"] == "engagement"


def test_same_inputs_give_no_second_row_and_the_same_result(peers):
    assert recompute_scores(now=NOW).changed == 30
    again = recompute_scores(now=NOW + timedelta(minutes=1), creator_ids=[peer.pk for peer in peers])
    assert (again.creators, again.changed, CreatorScore.objects.count()) == (30, 0, 30)
    assert all(reproduce_score(score=score).differences == [] for score in CreatorScore.objects.all())


def test_command_reproduces_a_score_and_tells_a_forged_one(peers, capsys):
    recompute_scores(now=NOW, creator_ids=[peers[3].pk])
    score = get_score(peers[3])
    call_command("recompute_score", score=score.pk)
    assert f"is equal: {score.value}" in capsys.readouterr().out
    CreatorScore.objects.update(value=score.value - 1)
    with pytest.raises(CommandError, match="differs: value"):
        call_command("recompute_score", score=score.pk)
    with pytest.raises(CommandError, match="no score"):
        call_command("recompute_score", score=score.pk + 1)


def test_missing_counters_are_not_zeros(peers):
    hidden, silent = make_creator("hidden"), make_creator("silent")
    tell_followers(connect(hidden), *[None] * 20)
    publish(hidden, "tiktok", *[{"views": 1_000, "likes": 5, "comments": None}] * 12)
    tell_followers(connect(silent), *[0] * 20)
    publish(silent, "tiktok", *[{"views": 1_000, "likes": 0, "comments": 0}] * 12)
    recompute_scores(now=NOW)
    unknown, zero = get_score(hidden), get_score(silent)
    assert unknown.components["engagement"]["q"] == unknown.components["reach"]["q"] == 0.0
    assert unknown.components["engagement"]["contribution"] == "10.000000000000"
    assert (zero.components["engagement"]["q"], zero.components["reach"]["q"]) == (1.0, 1.0)
    assert unknown.value > zero.value
    assert (unknown.is_provisional, zero.is_provisional) == (True, False)


def test_creator_without_anything_has_the_provisional_prior(creator):
    recompute_scores(now=NOW)
    score = get_score(creator)
    assert (score.value, score.is_provisional, score.exact) == (40, True, Decimal(40))


def test_huge_counters_break_nothing(db):
    giant = make_creator("giant")
    tell_followers(connect(giant), *[2**63 - 1] * 10)
    publish(giant, "tiktok", *[{"views": 2**63 - 1, "likes": 2**63 - 1, "comments": 2**63 - 1}] * 5)
    recompute_scores(now=NOW)
    assert 0 <= get_score(giant).value <= 100
    assert PlatformFigures.objects.get().followers == 2**63 - 1


def test_youtube_counts_only_once_its_terms_are_accepted(peers, settings):
    creator = make_creator("tube")
    tell_followers(connect(creator, "youtube"), *[5_000] * 20)
    publish(creator, "youtube", *[{"views": 100, "likes": 50, "comments": 10}] * 12)
    recompute_scores(now=NOW)
    assert (get_score(creator).value, get_score(creator).inputs["platforms"]) == (40, {})
    settings.YOUTUBE_DERIVED_ACCEPTED = True
    recompute_scores(now=NOW + timedelta(minutes=1))
    assert set(get_score(creator).inputs["platforms"]) == {"youtube"}
    settings.YOUTUBE_DERIVED_ACCEPTED = False
    recompute_scores(now=NOW + timedelta(minutes=2))
    assert (get_score(creator).value, get_score(creator).inputs["cap"]) == (40, None)


def test_disconnecting_a_weak_platform_does_not_raise_the_score(peers):
    creator = make_scored_creator("two", rate=0.9)
    weak = connect(creator, "x")
    tell_followers(weak, *[10] * 20)
    publish(creator, "x", *[{"views": 1_000, "likes": 1, "comments": 0}] * 12)
    for number in range(30):
        other = make_scored_creator(f"poster{number:02}", platform="x", followers=500, rate=0.5)
        assert other.pk
    recompute_scores(now=NOW)
    before = get_score(creator).value
    PlatformConnection.objects.filter(pk=weak.pk).update(state="revoked")
    recompute_scores(now=NOW + timedelta(hours=1))
    capped = get_score(creator)
    assert (capped.value, capped.is_capped, capped.reasons["down"][0]["component"]) == (before, True, "cap")
    assert capped.exact > before + 1
    assert reproduce_score(score=capped).differences == []
    recompute_scores(now=NOW + timedelta(hours=2), creator_ids=[creator.pk])
    assert get_score(creator).pk == capped.pk
    PlatformConnection.objects.filter(pk=weak.pk).update(state="active")
    recompute_scores(now=NOW + timedelta(hours=3))
    assert (get_score(creator).value, get_score(creator).is_capped) == (before, False)
    PlatformConnection.objects.filter(pk=weak.pk).update(state="revoked")
    recompute_scores(now=NOW + timedelta(hours=4))
    recompute_scores(now=NOW + 31 * DAY)
    assert get_score(creator).is_capped is False


def test_authenticity_falls_by_what_is_evidenced(peers, creator):
    link = connect(creator)
    tell_followers(link, *range(1_000, 1_020), 9_000)
    publish(creator, "tiktok", *[{"views": 1_000, "likes": 900, "comments": 1}] * 12)
    creator.interactions.bulk_create(
        creator.interactions.model(
            creator=creator, platform="tiktok", external_id=f"c{number}", type="comment", text="Follow me please!",
            occurred_at=NOW - DAY, received_at=NOW,
        )
        for number in range(40)
    )  # fmt: skip
    recompute_scores(now=NOW)
    part = get_score(creator).components["authenticity"]
    # One spike 0.15, likes by comments far from the peers' 0.20, 39 of 40 comments the same 0.29.
    assert (part["s"], part["q"]) == (0.359375, 1.0)


def test_only_who_changed_is_due_until_a_day_has_passed(peers):
    recompute_scores(now=NOW)
    link = PlatformConnection.objects.get(creator=peers[5])
    later = NOW + timedelta(hours=2)
    link.snapshots.create(creator=peers[5], platform="tiktok", followers=1_100, taken_at=NOW + timedelta(hours=1))
    assert recompute_scores(now=later).creators == 1
    assert recompute_scores(now=later).creators == 0
    assert recompute_scores(now=later + 2 * DAY).creators == 30


def test_who_withdraws_leaves_the_cohorts(peers):
    recompute_scores(now=NOW)
    type(peers[0]).objects.filter(pk=peers[0].pk).update(consent_state="withdrawn")
    recompute_scores(now=NOW + timedelta(hours=1))
    assert not PlatformFigures.objects.filter(creator=peers[0]).exists()
    assert not LatestScore.objects.filter(creator=peers[0]).exists()


def test_reliability_is_what_registered_sources_tell(creator):
    register_reliability_source(name="campaigns", read=lambda ids: dict.fromkeys(ids, (4, 3)))
    try:
        recompute_scores(now=NOW)
    finally:
        forget_reliability_source(name="campaigns")
    part = get_score(creator).components["reliability"]
    assert (part["s"], part["q"]) == (0.75, 0.8)


def test_of_long_ago_the_last_score_of_a_week_stays(creator):
    link = connect(creator)
    for day in range(10):
        tell_followers(link, 1_000 + day)
        publish(creator, "tiktok", {"views": 10, "likes": 1, "comments": 1}, external_id=f"v{day}")
        recompute_scores(now=NOW + day * DAY)
        link.snapshots.all().delete()
    kept = CreatorScore.objects.count()
    assert kept == 10
    latest = LatestScore.objects.get().score_id
    # NOW is a Sunday: of the scores before the cut one is of its week, seven of the next, two of the one after.
    assert thin_scores(now=NOW + 60 * DAY) == 7
    assert [score.computed_at for score in CreatorScore.objects.order_by("pk")] == [NOW, NOW + 7 * DAY, NOW + 9 * DAY]
    assert thin_scores(now=NOW + 60 * DAY) == 0
    assert CreatorScore.objects.filter(pk=latest).exists()


def test_two_runs_at_once_score_everybody_once(transactional_db):
    for number in range(5):
        make_scored_creator(f"peer{number}")
    failures = []

    def run():
        try:
            recompute_scores(now=NOW)
        except Exception as error:  # noqa: BLE001  told below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (CreatorScore.objects.count(), LatestScore.objects.count(), PlatformFigures.objects.count()) == (5, 5, 5)
