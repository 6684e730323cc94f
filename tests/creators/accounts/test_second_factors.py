import base64
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from creators.models import RecoveryCode, SecondFactor, User
from tests.creators.accounts.conftest import PASSWORD
from veri.platform.ops.models import AuditEntry

TOKEN = "/api/v1/auth/token"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chief():
    return User.objects.create(username="chief", password=make_password(PASSWORD), is_staff=True, is_superuser=True)


@pytest.fixture
def page():
    return reverse("admin:second_factor")


def compute_code(secret: str, *, at=None) -> str:
    clock = TOTP(base64.b32decode(secret))
    clock.time = (at or timezone.now()).timestamp()
    return f"{clock.token():06}"


def sign_in(client):
    return client.post(reverse("admin:login"), {"username": "chief", "password": PASSWORD}, follow=True)


def enrol(client, page) -> tuple[str, list[str]]:
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", client.get(page).content.decode())[1]
    shown = client.post(page, {"code": compute_code(secret)}).content.decode()
    return secret, re.findall(r"<code>([0-9a-f-]{19})</code>", shown)


def ask_token(client, **given):
    return client.post(TOKEN, {"username": "chief", "password": PASSWORD, **given}, content_type="application/json")


def test_staff_enrol_before_anything_else_where_it_is_required(settings, chief, page):
    from django.test import Client

    settings.STAFF_TOTP = "required"
    client = Client()
    answer = sign_in(client)
    assert (answer.redirect_chain[-1][0], "Enrol an authenticator" in answer.content.decode()) == (page, True)
    assert "<svg" in answer.content.decode()
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get("/api/v1/me").status_code == 401
    assert "enrol one" in ask_token(client).json()["detail"]
    secret, codes = enrol(client, page)
    assert (len(codes), client.get(reverse("admin:index")).status_code) == (10, 200)
    assert client.get("/api/v1/me").json()["has_second_factor"] is True
    stored = SecondFactor.objects.get()
    assert (secret in stored.secret.stored, stored.secret.reveal()) == (False, secret)
    assert codes[0].replace("-", "") not in str(list(RecoveryCode.objects.values()))


def test_code_and_recovery_code_count_once(settings, chief, page, client):
    client.force_login(chief)
    secret, codes = enrol(client, page)
    from django.test import Client

    browser = Client()
    assert sign_in(browser).redirect_chain[-1][0] == page
    later = timezone.now() + timedelta(minutes=2)
    with time_machine.travel(later, tick=False):
        code = compute_code(secret)
        assert "wrong" in browser.post(page, {"code": "000000"}).content.decode()
        assert browser.post(page, {"code": code})["Location"] == reverse("admin:index")
        assert ask_token(client).status_code == ask_token(client, code=code).status_code == 401
        assert ask_token(client, code=codes[0]).status_code == 201
        assert ask_token(client, code=codes[0]).status_code == 401
    assert RecoveryCode.objects.count() == 9


def test_codes_cannot_be_guessed_for_ever(chief, page, client):
    client.force_login(chief)
    _, codes = enrol(client, page)
    answers = [ask_token(client, code="000000").status_code for _ in range(4)]
    from creators.errors import SecondFactorRefused
    from creators.services.accounts.second_factors import verify_second_factor

    assert set(answers) == {401}
    for _ in range(6):
        with pytest.raises(SecondFactorRefused):
            verify_second_factor(user=chief, code="000000", now=timezone.now())
    with pytest.raises(SecondFactorRefused, match="Too many"):
        verify_second_factor(user=chief, code=codes[0], now=timezone.now())


def test_lost_authenticator_is_reset_by_another_superuser_with_a_reason(chief, page, client):
    client.force_login(chief)
    enrol(client, page)
    other = User.objects.create(username="other", password=make_password(PASSWORD), is_staff=True, is_superuser=True)
    address = reverse("admin:creators_secondfactor_changelist")
    body = {"action": "reset_selected", "_selected_action": [chief.pk], "confirmed": "yes", "reason": "lost her phone"}
    client.post(address, body)
    assert SecondFactor.objects.count() == 1  # one's own is another's to reset
    client.force_login(other)
    client.post(address, body)
    chief.refresh_from_db()
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count(), chief.has_second_factor) == (0, 0, False)
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert (entry.actor_id, entry.reason) == (other.pk, "lost her phone")
