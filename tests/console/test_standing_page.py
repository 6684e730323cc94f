"""A creator's standing: score, reasons and timeline on one page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from creators.enums import ConsentPurpose, ConsentSource
from creators.services.consent import record_consent
from creators.services.scoring.recompute import recompute_scores
from tests.conftest import NOW
from tests.console.standing import make_standing
from tests.creators.standing.conftest import connect, tell_followers


def get_page(client, creator):
    return client.get(reverse("admin:creator_standing", args=[creator.pk]))


def test_page_explains_the_score_and_tells_what_happened(
    console, operator, creator, owner, django_assert_max_num_queries
):
    make_standing(creator)
    record_consent(
        creator=creator, purpose=ConsentPurpose.DISCOVERY, is_granted=True, acting_user=owner,
        source=ConsentSource.CONSOLE, now=NOW,
    )  # fmt: skip
    with django_assert_max_num_queries(16):
        text = get_page(console, creator).content.decode()
    assert "VeriScore 61" in text
    assert "exactly 60.600000000000" in text
    for told in ("discovery granted by owner", "streak 7", "Judged, waiting", "UTC to Asia/Tokyo", "followers"):
        assert told in text, told
    shown = console.get(reverse("admin:creators_creator_change", args=[creator.pk])).content.decode()
    assert reverse("admin:creator_standing", args=[creator.pk]) in shown


def test_computed_score_is_drawn_and_broken_down(console, operator, creator):
    recompute_scores(now=timezone.now())
    tell_followers(connect(creator, "youtube"), 1_000, 1_100)
    text = get_page(console, creator).content.decode()
    assert "VeriScore 40" in text
    assert "YouTube: 1,100 accounts" in text
    assert "provisional" in text
    assert text.count("<tr><td>Engagement</td>") == 1
    assert "M" in text.split('<path class="info" d="')[1][:2]


@pytest.mark.parametrize("pk", [0, 2**63 - 1])
def test_unknown_creator_is_not_found(console, operator, pk):
    assert console.get(reverse("admin:creator_standing", args=[pk])).status_code == 404


def test_creator_without_a_score_has_a_page_and_staff_need_the_permission(client, console, creator, onlooker):
    assert "No score was computed yet." in get_page(console, creator).content.decode()
    client.force_login(onlooker)
    assert get_page(client, creator).status_code == 403
