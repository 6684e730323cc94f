from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from tests.platform.http.urls import CountingView
from veri.platform.http.models import IdempotencyRecord
from veri.platform.http.services.idempotency import (
    Claim,
    Conflict,
    Replay,
    claim_idempotency_key,
    remove_expired_idempotency_keys,
    store_idempotent_response,
)


@pytest.fixture(autouse=True)
def _no_calls():
    CountingView.calls.clear()


def post(client, body, key="key-1"):
    return client.post(
        "/api/v1/counting", body, content_type="application/json", headers={"Idempotency-Key": key} if key else {}
    )


def test_repeat_is_replayed(client, user):
    client.force_login(user)

    first, second = post(client, {"a": 1}), post(client, {"a": 1})

    assert (first.status_code, first.json()) == (201, {"call": 1})
    assert (second.status_code, second.content) == (201, first.content)
    assert second["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert len(CountingView.calls) == 1


def test_key_with_another_body_refused(client, user):
    client.force_login(user)
    post(client, {"a": 1})

    response = post(client, {"a": 2})

    assert response.status_code == 422
    assert response.json()["type"] == "/problems/idempotency-key-reused"
    assert len(CountingView.calls) == 1


@pytest.mark.parametrize(("fail", "status"), [("client", 409), ("server", 500), ("away", 503)])
def test_refusal_or_failure_is_not_kept(client, user, fail, status):
    client.force_login(user)

    seen = [post(client, {"fail": fail}).status_code for _ in range(2)]

    assert seen == [status, status]
    assert len(CountingView.calls) == 2
    assert IdempotencyRecord.objects.count() == 0


@pytest.mark.parametrize("key", ["with space", "x" * 256, ""])
def test_malformed_key_refused(client, user, key):
    client.force_login(user)
    response = client.post("/api/v1/counting", {}, content_type="application/json", headers={"Idempotency-Key": key})

    assert response.status_code == 400
    assert CountingView.calls == []


def test_without_key_nothing_is_kept(client, user):
    client.force_login(user)

    seen = [post(client, {}, key="").json()["call"] for _ in range(2)]

    assert seen == [1, 2]
    assert IdempotencyRecord.objects.count() == 0


def test_running_request_conflicts_until_its_lock_expires(user):
    now = timezone.now()
    fields = {"owner": user, "key": "k", "fingerprint": "f"}
    first = claim_idempotency_key(**fields, now=now)

    assert claim_idempotency_key(**fields, now=now + timedelta(seconds=20)) == Conflict(retry_after=40)
    second = claim_idempotency_key(**fields, now=now + timedelta(seconds=60))

    assert isinstance(second, Claim)
    assert not store_idempotent_response(claim=first, status=201, content_type="t", body=b"old")
    assert store_idempotent_response(claim=second, status=201, content_type="t", body=b"new")
    assert claim_idempotency_key(**fields, now=now) == Replay(status=201, content_type="t", body=b"new")


def test_old_records_are_removed_and_count_as_gone(user):
    now = timezone.now()
    claim = claim_idempotency_key(owner=user, key="k", fingerprint="f", now=now - timedelta(hours=25))
    store_idempotent_response(claim=claim, status=200, content_type="t", body=b"x")

    assert isinstance(claim_idempotency_key(owner=user, key="k", fingerprint="other", now=now), Claim)
    assert remove_expired_idempotency_keys(now=now) == 0
    assert remove_expired_idempotency_keys(now=now + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_claims_have_one_winner(django_user_model):
    owner = django_user_model.objects.create_user(username="bo")
    barrier, outcomes, now = Barrier(4), [], timezone.now()

    def claim():
        barrier.wait(timeout=10)
        outcomes.append(claim_idempotency_key(owner=owner, key="k", fingerprint="f", now=now))
        connection.close()

    threads = [Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Claim", "Conflict", "Conflict", "Conflict"]
