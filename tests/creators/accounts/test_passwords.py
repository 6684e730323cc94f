import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from creators.models import User
from tests.creators.accounts.conftest import PASSWORD, read_code, read_mails

RESET = "/api/v1/auth/password-reset"
pytestmark = pytest.mark.django_db(transaction=True)
NEW = "another long password"


@pytest.fixture
def ana():
    return User.objects.create_user("ana", email="ana@example.org", password=PASSWORD)


def test_reset_works_once_and_ends_tokens_and_sessions(anonymous, smtp, ana):
    token = AuthToken.objects.create(user=ana)[1]
    browser = APIClient()
    browser.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/me").status_code == 200
    assert anonymous.post(RESET, {"email": "ANA@example.org"}, format="json").status_code == 202
    code = read_code(smtp)
    weak = anonymous.post(f"{RESET}/confirm", {"code": code, "password": "ana"}, format="json")
    assert (weak.status_code, weak.json()["errors"][0]["pointer"]) == (400, "/password")
    assert anonymous.post(f"{RESET}/confirm", {"code": code, "password": NEW}, format="json").status_code == 204
    assert anonymous.post(f"{RESET}/confirm", {"code": code, "password": NEW}, format="json").status_code == 400
    assert anonymous.get("/api/v1/me", headers={"Authorization": f"Token {token}"}).status_code == 401
    assert browser.get("/api/v1/me").status_code == 401
    ana.refresh_from_db()
    assert (ana.check_password(NEW), ana.email_proven_at is not None) == (True, True)
    assert [subject for _, subject, _ in read_mails(smtp)] == ["Your password was changed"]


def test_reset_of_an_unknown_address_answers_alike_and_mails_nothing(anonymous, smtp, ana):
    answers = [anonymous.post(RESET, {"email": to}, format="json") for to in ("ana@example.org", "bea@example.org")]
    assert answers[0].json() == answers[1].json()
    assert [to for to, _, _ in read_mails(smtp)] == ["ana@example.org"]


def test_password_is_changed_by_who_knows_it(client, owner):
    url = "/api/v1/auth/password"
    wrong = client.post(url, {"current": "wrong", "password": NEW}, format="json")
    assert wrong.json()["errors"][0]["pointer"] == "/current"
    assert client.post(url, {"current": PASSWORD, "password": NEW}, format="json").status_code == 204
    owner.refresh_from_db()
    assert owner.check_password(NEW)


def test_address_changes_when_the_new_one_is_proven_and_the_old_one_hears(smtp, ana):
    client = APIClient()
    client.force_authenticate(ana)
    url = "/api/v1/auth/email"
    assert client.post(url, {"email": "new@example.org", "password": "no"}, format="json").status_code == 400
    assert client.post(url, {"email": "new@example.org", "password": PASSWORD}, format="json").status_code == 202
    code = read_code(smtp)
    other = APIClient()
    other.force_authenticate(User.objects.create_user("eve", password=PASSWORD))
    assert other.post(f"{url}/confirm", {"code": code}, format="json").status_code == 400
    assert client.post(f"{url}/confirm", {"code": code}, format="json").json()["email"] == "new@example.org"
    assert [(to, subject) for to, subject, _ in read_mails(smtp)] == [
        ("ana@example.org", "Your e-mail address was changed")
    ]


def test_session_begins_with_the_cookie_of_the_form_and_ends(ana):
    url = "/api/v1/auth/session"
    browser = APIClient(enforce_csrf_checks=True)
    body = {"username": "ana", "password": PASSWORD}
    assert browser.post(url, body, format="json").status_code == 403
    browser.get(url)
    header = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.post(url, body, format="json", headers=header).json()["username"] == "ana"
    assert browser.get("/api/v1/me").status_code == 200
    header = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.delete(url, headers=header).status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
