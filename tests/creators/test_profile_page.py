from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from creators.models import ConsentRecord, ContentItem, FormerHandle, PlatformConnection
from tests.creators.conftest import NOW

PAGE = "/@lumenkitchen"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def shown(creator):
    creator.display_name, creator.bio, creator.tags = "Lumen Kitchen", f"Bread & light {SCRIPT}", ["baking"]
    creator.save()
    consent(creator, is_granted=True)
    return creator


def consent(creator, *, is_granted):
    ConsentRecord.objects.create(
        creator=creator, purpose="public_profile", is_granted=is_granted, recorded_at=NOW, actor_label="ana"
    )


def publish(creator, number, **fields):
    wanted = {"availability": "public", "url": f"https://youtu.be/{number}", "published_at": NOW + timedelta(number)}
    return ContentItem.objects.create(
        creator=creator,
        platform="youtube",
        external_id=str(number),
        kind="video",
        title=f"Loaf {number} {SCRIPT}",
        created_at=NOW,
        updated_at=NOW,
        **(wanted | fields),
    )


def test_page_of_a_creator_who_allows_it(browser, shown):
    publish(shown, 1)
    publish(shown, 2, availability="private")
    publish(shown, 3, url="javascript:alert(1)")
    for state, name in (("active", "Lumen TV"), ("revoked", "Old Lumen")):
        PlatformConnection.objects.create(
            creator=shown, platform="twitch", account_id=name, account_name=name, state=state, created_at=NOW
        )
    answer = browser.get(PAGE)
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=60")
    assert '<meta property="og:title" content="Lumen Kitchen">' in page
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{PAGE}">' in page
    assert (page.count("https://youtu.be/"), "Loaf 2" in page, "Loaf 3" in page) == (1, False, False)
    assert ("Lumen TV" in page, "Old Lumen" in page, "baking" in page) == (True, False, True)
    assert (SCRIPT in page, "<script" in page, "style=" in page) == (False, False, False)
    assert "set-cookie" not in {name.lower() for name in answer.headers}


@pytest.mark.parametrize("path", ["/@nobody", "/@lumenkitchen", "/@x", "/@..%2f", "/@" + "a" * 400, "/@lu%00men"])
def test_others_are_not_found_in_the_same_words(browser, creator, path):
    answer = browser.get(path)
    assert (answer.status_code, "lumenkitchen" in answer.content.decode().replace(path, "")) == (404, False)


def test_withdrawn_or_suspended_creator_is_gone_at_once(browser, shown):
    assert browser.get(PAGE).status_code == 200
    shown.is_active = False
    shown.save()
    assert browser.get(PAGE).status_code == 404
    shown.is_active = True
    shown.save()
    consent(shown, is_granted=False)
    assert browser.get(PAGE).status_code == 404


def test_former_handle_and_capitals_lead_to_the_page(browser, shown):
    FormerHandle.objects.create(
        key="lurnen", handle="lumen", creator=shown, released_at=NOW, blocked_until=NOW + timedelta(90)
    )
    for path in ("/@lumen", "/@LumenKitchen"):
        answer = browser.get(path)
        assert (answer.status_code, answer["Location"]) == (301, PAGE)
    assert browser.post(PAGE).status_code == 405


def test_page_takes_as_many_queries_for_more_content(browser, shown):
    counts = []
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            publish(shown, number)
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        counts.append(len(queries))
    assert counts == [5, 5]
