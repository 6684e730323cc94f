"""Somebody a creator should meet: one a day, explained, nobody twice, nobody who blocks or withdrew."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from creators.models import Creator, CreatorBlock
from memory.models import Introduction
from memory.services.introductions import get_introduction
from tests.conftest import NOW
from tests.memory.discovery.conftest import consent, make_found_creator

DAY = timedelta(days=1)


@pytest.fixture
def bakers(db):
    found = [
        make_found_creator("breadana", "Sourdough bread in an oven #baking #rye"),
        make_found_creator("breadbob", "Sourdough bread and rolls #baking #pizza"),
        make_found_creator("breadcat", "Sourdough bread for cats #baking"),
        make_found_creator("pixelcy", "Speedrun of a retro game"),
    ]
    return {one.handle: one for one in found}


def meet(creator, now=NOW) -> str | None:
    _, found = get_introduction(creator=creator, now=now)
    return found.met.handle if found else None


def test_one_a_day_the_same_all_day_and_nobody_twice(bakers):
    ana = bakers["breadana"]
    first = meet(ana)
    assert first == "breadbob"  # as near as the other, and with something new
    assert meet(ana, NOW + timedelta(hours=11)) == first
    assert meet(ana, NOW + DAY) == "breadcat"
    assert [meet(ana, NOW + number * DAY) for number in (2, 3)] == [None, None]
    assert meet(ana, NOW + 60 * DAY) == first
    reason = Introduction.objects.get(creator=ana, day=NOW.date()).reason
    assert (reason["shared"], reason["new"]) == (["baking", "cooking"], ["pizza"])


def test_day_is_the_creators_own(bakers):
    ana = bakers["breadana"]
    Creator.objects.filter(pk=ana.pk).update(timezone="Pacific/Auckland")
    ana.refresh_from_db()
    assert get_introduction(creator=ana, now=NOW)[0] == date(2026, 11, 2)
    assert meet(ana) == "breadbob"
    assert meet(ana, NOW - timedelta(hours=2)) == "breadcat"  # still the first of November there


def test_blocks_hold_in_both_directions_and_at_once(bakers):
    ana, bob = bakers["breadana"], bakers["breadbob"]
    assert meet(ana) == "breadbob"
    CreatorBlock.objects.create(creator=bob, blocked=ana, created_at=NOW)
    assert meet(ana) is None
    assert meet(ana, NOW + DAY) == "breadcat"
    assert meet(bob) == "breadcat"


def test_who_withdraws_is_shown_no_more_and_own_creators_never(bakers, owner):
    ana = bakers["breadana"]
    assert meet(ana) == "breadbob"
    consent(bakers["breadbob"], is_granted=False)
    assert meet(ana) is None
    assert Introduction.objects.count() == 1
    Creator.objects.filter(handle__in=["breadana", "breadcat"]).update(owner=owner)
    ana.refresh_from_db()
    assert meet(ana, NOW + DAY) is None


def test_api_shows_it_to_the_owner_alone(brand_client, bakers, buyer):
    url = reverse("creator-introduction", args=["breadana"])
    assert brand_client.get(url).status_code == 404
    Creator.objects.filter(handle="breadana").update(owner=buyer)
    body = brand_client.get(url).json()
    assert (body["introduction"]["handle"], body["introduction"]["shared"]) == ("breadbob", ["baking", "cooking"])


def test_creator_without_anything_public_meets_nobody(creator):
    assert meet(creator) is None
    assert Introduction.objects.count() == 0
