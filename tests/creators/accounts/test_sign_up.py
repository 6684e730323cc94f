import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone

from creators.errors import InviteNotUsable
from creators.models import AccountProof, Invite, User
from creators.services.accounts.invites import insert_invite, use_invite
from tests.creators.accounts.conftest import PASSWORD, read_code, read_mails
from veri.platform.ops.models import AuditEntry, Notification

URL = "/api/v1/auth/sign-up"
PROVE = "/api/v1/auth/prove-email"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _open(settings):
    settings.SIGN_UP = "open"


def ask(client, email="ana@example.org", **changes):
    return client.post(URL, {"email": email, "password": PASSWORD, **changes}, format="json")


def prove(client, code, password=PASSWORD):
    return client.post(PROVE, {"code": code, "password": password}, format="json")


def test_account_is_opened_by_its_mail_and_signs_in_by_address(anonymous, smtp, settings):
    settings.ACCOUNT_LINKS_URL = "https://veri.example/account"
    assert ask(anonymous).status_code == 202
    assert User.objects.count() == 0
    code = read_code(smtp)
    assert code not in str(list(Notification.objects.values()) + list(AccountProof.objects.values()))
    assert not Notification.objects.get().sealed
    answer = prove(anonymous, code)
    assert (answer.status_code, answer.json()["roles"], answer.json()["email"]) == (201, ["creator"], "ana@example.org")
    assert User.objects.get().username.startswith("u-")
    assert prove(anonymous, code).status_code == 400
    token = anonymous.post("/api/v1/auth/token", {"username": "Ana@example.org", "password": PASSWORD}, format="json")
    assert token.status_code == 201
    me = anonymous.get("/api/v1/me", headers={"Authorization": f"Token {token.json()['token']}"})
    assert me.json()["email"] == "ana@example.org"
    assert [entry.action for entry in AuditEntry.objects.all()] == ["account.created"]
    assert "ana" not in str(list(AuditEntry.objects.values()))


def test_mail_links_to_the_front_end_with_the_code_in_the_fragment(anonymous, smtp, settings):
    settings.ACCOUNT_LINKS_URL = "https://veri.example/account"
    ask(anonymous)
    assert "https://veri.example/account/prove-email#code=" in read_mails(smtp)[0][2]


def test_answer_is_the_same_for_a_known_address(anonymous, smtp):
    User.objects.create_user("ana", email="ANA@example.org", password=PASSWORD)
    known, unknown = ask(anonymous), ask(anonymous, "bea@example.org")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
    subjects = {to: subject for to, subject, _ in read_mails(smtp)}
    assert subjects == {"ana@example.org": "You have an account", "bea@example.org": "Prove your e-mail address"}
    assert AccountProof.objects.count() == 1


def test_newest_code_counts_and_the_password_is_the_one_chosen(anonymous, smtp):
    ask(anonymous)
    first = read_code(smtp)
    assert anonymous.post(f"{URL}/resend", {"email": "ana@example.org"}, format="json").status_code == 202
    second = read_code(smtp)
    assert prove(anonymous, first).json()["errors"][0]["pointer"] == "/code"
    assert prove(anonymous, second, "somebody else's password").json()["errors"][0]["pointer"] == "/password"
    assert User.objects.count() == 0
    assert prove(anonymous, second).status_code == 201


def test_code_expires_after_a_day(anonymous, smtp):
    ask(anonymous)
    code = read_code(smtp)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert prove(anonymous, code).status_code == 400
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"password": "12345678"}, "/password"), ({"email": "no"}, "/email"), ({"invite": "unknown"}, "/invite"),
     ({"password": 7}, "/password")],
)  # fmt: skip
def test_bad_sign_up_is_refused(anonymous, changes, pointer):
    answer = ask(anonymous, **changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert (AccountProof.objects.count(), Notification.objects.count()) == (0, 0)


def test_closed_and_invited_sign_up(anonymous, smtp, settings, owner):
    settings.SIGN_UP = "closed"
    assert ask(anonymous).status_code == 403
    settings.SIGN_UP = "invite"
    assert ask(anonymous).json()["errors"][0]["pointer"] == "/invite"
    now = timezone.now()
    with transaction.atomic():
        made = insert_invite(acting_user=owner, role="brand", quota=1, expires_at=now + timedelta(days=1), now=now)
    codes = []
    for address in ("ana@example.org", "bea@example.org"):
        assert ask(anonymous, address, invite=made.code).status_code == 202
        codes.append(read_code(smtp))
    assert [prove(anonymous, code).status_code for code in codes] == [201, 400]
    assert (Invite.objects.get().used, User.objects.get(email="ana@example.org").role) == (1, "brand")


def test_address_is_not_flooded(anonymous, smtp):
    assert {ask(anonymous).status_code for _ in range(7)} == {202}
    assert len(read_mails(smtp)) == 5


def test_own_invites_have_a_quota(client, settings):
    settings.INVITES_PER_CREATOR = 1
    made = client.post("/api/v1/invites")
    assert (made.status_code, len(made.json()["code"])) == (201, 16)
    assert client.post("/api/v1/invites").status_code == 409
    listed = client.get("/api/v1/invites").json()["results"]
    assert [(one["used"], one["quota"], "code" in one) for one in listed] == [(0, 1, False)]


def test_invite_for_three_opens_three_accounts_of_ten_at_once(owner):
    now = timezone.now()
    with transaction.atomic():
        made = insert_invite(acting_user=owner, role="creator", quota=3, expires_at=now + timedelta(days=1), now=now)
    start = Barrier(10)

    def attempt(_number):
        start.wait()
        try:
            with transaction.atomic():
                use_invite(invite=made.invite, now=now)
        except InviteNotUsable:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(attempt, range(10))) == 3
    assert Invite.objects.get().used == 3


def test_desk_makes_and_revokes_invites(admin_client, anonymous):
    add = reverse("admin:creators_invite_add")
    body = {"role": "creator", "quota": 5, "expires_at_0": "2999-01-01", "expires_at_1": "00:00:00", "reason": "launch"}
    shown = admin_client.post(add, body, follow=True).content.decode()
    code = re.search(r"not shown again: ([A-Za-z0-9_-]{16})", shown)[1]
    invite = Invite.objects.get()
    assert (invite.quota, code in str(vars(invite))) == (5, False)
    assert AuditEntry.objects.get().reason == "launch"
    revoke = {"action": "revoke_selected", "_selected_action": [invite.pk], "confirmed": "yes", "reason": "over"}
    admin_client.post(reverse("admin:creators_invite_changelist"), revoke)
    assert ask(anonymous, invite=code).json()["errors"][0]["pointer"] == "/invite"
    assert AuditEntry.objects.filter(action="invite.revoked").count() == 1
