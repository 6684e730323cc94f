import pytest
from django.utils import timezone

from creators.models import CreatorSummary, Interest, OnboardingAnswers, PlatformConnection, User
from creators.services.accounts.onboarding import install_first_interests
from tests.creators.conftest import NOW, make_creator

URL = "/api/v1/onboarding"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _interests():
    install_first_interests()
    install_first_interests()
    Interest.objects.filter(slug="film").update(is_active=False)


def save(client, **changes):
    body = {"building": "A bakery channel", "stage": "starting", "interests": ["cooking"]}
    return client.put(URL, body | changes, format="json")


def test_answers_are_kept_and_complete_when_each_has_one(client):
    empty = client.get(URL).json()
    assert (empty["completed_at"], len(empty["choices"])) == (None, 27)
    assert save(client, stage="").json()["completed_at"] is None
    first = save(client).json()["completed_at"]
    again = save(client, building="").json()
    assert (again["building"], again["completed_at"]) == ("", first)
    assert OnboardingAnswers.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"interests": ["nothing"]}, "/interests"), ({"interests": ["film"]}, "/interests"), ({"stage": "x"}, "/stage"),
     ({"building": "x" * 501}, "/building"), ({"interests": ["cooking"] * 21}, "/interests")],
)  # fmt: skip
def test_bad_answer_is_refused(client, changes, pointer):
    answer = save(client, **changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert OnboardingAnswers.objects.count() == 0


def test_suggestions_name_what_is_missing_and_who_shares_interests(client, owner, stranger):
    assert [one["step"] for one in client.get(f"{URL}/suggestions").json()["steps"]] == [
        "prove_email",
        "answer",
        "claim_handle",
    ]
    save(client, interests=["cooking", "travel"])
    User.objects.filter(pk=owner.pk).update(email_proven_at=timezone.now())
    owner.refresh_from_db()
    for handle, tags, who in (
        ("bakes", ["cooking"], stranger), ("roams", ["travel", "cooking"], stranger),
        ("codes", ["technology"], stranger), ("mine", ["cooking"], owner),
    ):  # fmt: skip
        CreatorSummary.objects.create(creator=make_creator(handle, who), tags=tags, updated_at=NOW)
    hidden = make_creator("hidden", stranger, is_active=False)
    CreatorSummary.objects.create(creator=hidden, tags=["cooking"], updated_at=NOW)
    found = client.get(f"{URL}/suggestions").json()
    assert [one["step"] for one in found["steps"]] == ["connect_platform", "be_found"]
    assert [(one["handle"], one["shared"]) for one in found["creators"]] == [
        ("roams", ["cooking", "travel"]),
        ("bakes", ["cooking"]),
    ]
    PlatformConnection.objects.create(
        creator=owner.creators.get(), platform="x", account_id="1", state="active", created_at=NOW
    )
    assert [one["step"] for one in client.get(f"{URL}/suggestions").json()["steps"]] == ["be_found"]
