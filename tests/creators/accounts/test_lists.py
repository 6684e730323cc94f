"""Every list of accounts, handles and privacy costs the same number of queries at one row and at three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from creators.models import (
    AccountProof,
    FormerHandle,
    HandleHold,
    Invite,
    LegalHold,
    OnboardingAnswers,
    PrivacyRequest,
    ReservedHandle,
    SecondFactor,
    User,
)
from tests.creators.conftest import NOW, make_creator

pytestmark = pytest.mark.django_db


def make_rows(number: int) -> None:
    user = User.objects.create_user(f"user{number}")
    creator = make_creator(f"creator{number}", user)
    text = f"t{number}"
    Invite.objects.create(code_hash=text, made_by=user, made_at=NOW, expires_at=NOW)
    AccountProof.objects.create(
        purpose="reset", email="a@b.example", user=user, secret_hash=text, made_at=NOW, expires_at=NOW
    )
    SecondFactor.objects.create(user=user, secret="s", made_at=NOW)
    OnboardingAnswers.objects.create(user=user, answered_at=NOW)
    ReservedHandle.objects.create(key=text, word=text, kind="term", added_at=NOW)
    HandleHold.objects.create(key=text, handle=text, user=user, expires_at=NOW)
    FormerHandle.objects.create(key=text, handle=text, creator=creator, released_at=NOW, blocked_until=NOW)
    PrivacyRequest.objects.create(
        kind="erasure", user=user, user_key=user.pk, source="api", asked_at=NOW, due_at=NOW, next_at=NOW
    )
    LegalHold.objects.create(creator=creator, creator_key=creator.pk, reason="r", until=NOW, placed_at=NOW)


@pytest.mark.parametrize(
    "model",
    [
        *("accountproof", "creator", "formerhandle", "handlehold", "invite", "legalhold", "onboardinganswers"),
        *("privacyrequest", "reservedhandle", "secondfactor", "user"),
    ],
)
def test_console_list_costs_the_same(admin_client, model):
    address = reverse(f"admin:creators_{model}_changelist")
    make_rows(1)
    admin_client.get(address)  # what is read once is read now
    counts = []
    for more in ((), (2, 3)):
        for number in more:
            make_rows(number)
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_list_of_invites_costs_the_same(client, owner, django_assert_num_queries):
    for number in range(3):
        Invite.objects.create(code_hash=f"h{number}", made_by=owner, made_at=NOW, expires_at=NOW)
        with django_assert_num_queries(1):
            client.get("/api/v1/invites")
