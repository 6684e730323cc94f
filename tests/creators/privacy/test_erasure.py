"""A canary stands wherever something may come to be kept of a person; after the erasure it is found nowhere."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from billing.models import Reservation, UsageEvent
from creators.enums import ConsentPurpose, ConsentSource, PrivacySource, PrivacyState
from creators.errors import PrivacyRequestOpen
from creators.models import (
    ConsentRecord,
    ContentItem,
    Creator,
    ErasedSubject,
    FormerHandle,
    Interaction,
    LegalHold,
    PlatformConnection,
    PrivacyRequest,
    Season,
    User,
)
from creators.services.consent import record_consent
from creators.services.handles.unblocking import remove_ended_blocks
from creators.services.privacy.holds import lift_hold, place_hold
from creators.services.privacy.processing import process_due_requests, process_request
from creators.services.privacy.requests import request_erasure, request_export
from creators.services.privacy.restoring import replay_erasures
from memory.models import Memory
from migration.models import ParityMismatch
from tests.conftest import NOW
from tests.creators.accounts.conftest import read_mails, smtp  # noqa: F401  a fixture
from tests.creators.privacy.filling import Filler
from tests.memory.conftest import form, say
from tests.memory.test_forgetting import (
    CANARY,
    fill_every_corner,
    list_cache_keys_with,
    list_collections_with,
    list_tables_with,
)
from tests.migration.conftest import capturing, drain  # noqa: F401  a fixture
from veri.platform.events.models import Event
from veri.platform.http.models import ApiKey
from veri.platform.ops.models import AuditEntry, Notification
from veri.platform.ops.privacy import list_data
from veri.platform.ops.services.notifications import queue_mail

pytestmark = pytest.mark.django_db(transaction=True)
# What stays and never held a word of a person; signed data, ids alone, an encrypted secret, a view of a catalogue.
WORDLESS = [
    "billing_account",
    "billing_allowance",
    "billing_budgetnotice",
    "billing_campaign",
    "billing_campaignfunds",
    "billing_campaigntask",
    "billing_chargeback",
    "billing_contractevent",
    "billing_contractseal",
    "billing_contractversion",
    "billing_invoice",
    "billing_invoiceline",
    "billing_paymentintent",
    "billing_payout",
    "billing_payoutbatch",
    "billing_providerpayment",
    "billing_refund",
    "billing_reservation",
    "billing_signature",
    "billing_transfer",
    "billing_transferresolution",
    "billing_usageevent",
    "billing_usageright",
    "billing_usagerollup",
    "creators_formerhandle",
    "creators_invite",
    "creators_legalhold",
    "creators_privacyrequest",
    "creators_secondfactor",
    "django_session",
    "memory_vectorindex",
    "migration_parityrun",
]
LATER = NOW + timedelta(minutes=3)
ADDRESS = f"{CANARY}@example.org"
OTHERS = "file:faults-"  # data of stores that tests beside this one started


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.BACKUP_DIR, settings.EXPORT_DIR = tmp_path / "backups", tmp_path / "exports"
    settings.PLATFORM_GATEWAY_URL = "http://127.0.0.1:1"  # platforms are away: what they are told is not the point


@pytest.fixture
def desk(staff, smtp):  # noqa: F811  the fixture
    return staff, smtp


@pytest.fixture
def staff():
    return User.objects.create(username="desk", password=make_password("x"), is_staff=True, is_superuser=True)


def name_account(user, *, name=CANARY):
    User.objects.filter(pk=user.pk).update(
        username=f"{name}-name", email=ADDRESS, email_proven_at=NOW, first_name=name, last_name="Finch"
    )
    user.refresh_from_db()


def fill_account(creator):
    """Put the canary where an account leaves traces, besides what ``fill_every_corner`` reaches."""
    user = creator.owner
    creator.display_name, creator.bio, creator.tags = CANARY, CANARY, [CANARY]
    creator.save()
    PlatformConnection.objects.create(
        creator=creator, platform="twitch", account_id=f"{CANARY}-1", account_name=CANARY, state="active",
        created_at=NOW,
    )  # fmt: skip
    record_consent(
        creator=creator, purpose=ConsentPurpose.DISCOVERY, is_granted=True, acting_user=user, now=NOW,
        source=ConsentSource.API, reason=CANARY,
    )  # fmt: skip
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    AuthToken.objects.create(user=user)
    ApiKey.objects.create(owner=user, name=CANARY, prefix="p", secret_hash="h", scopes=[], created_at=NOW)
    browser.post("/api/v1/auth/token", {"username": ADDRESS, "password": "wrong"}, content_type="application/json")
    from django.db import transaction

    with transaction.atomic():
        queue_mail(recipient=ADDRESS, subject=f"Hello {CANARY}", text=CANARY, html="", now=NOW)
    money = {"service": "claude", "model": "m", "creator": creator, "source": "assistant"}
    UsageEvent.objects.create(action="a-1", cost_micro_usd=7, occurred_at=NOW, **money)
    Reservation.objects.create(
        action="a-2", amount_micro_usd=7, allowances=[], reserved_at=NOW, expires_at=NOW, **money
    )


def erase(user, *, creator=None, actor=None):
    return request_erasure(
        user=user, creator=creator, acting_user=actor or user, source=PrivacySource.API, now=NOW, reason=""
    )


def finish(request):
    assert process_request(request_id=request.pk, now=NOW) == PrivacyState.WAITING
    drain()
    state = process_request(request_id=request.pk, now=LATER)
    request.refresh_from_db()
    return state


def test_nothing_of_the_person_is_left_but_what_is_listed(capturing, mongo, caplog, capfd, desk):  # noqa: F811  fixtures
    creator, (staff, server) = capturing, desk
    user = creator.owner
    name_account(user)
    said = say(creator, f"My favourite tea is {CANARY}.", channel=CANARY, external_id="i-1", payload={"raw": CANARY})
    form(creator)
    drain()
    fill_every_corner(creator, said, Memory.objects.get(predicate="favourite tea"))
    Creator.objects.filter(handle="pixelforge").update(owner=staff)
    ParityMismatch.objects.update(scope=creator.pk)
    fill_account(creator)
    assert Filler(user=user, creator=creator).fill() == []
    request_export(user=user, creator=None, acting_user=user, source=PrivacySource.API, now=NOW)
    process_due_requests(now=NOW)
    drain()
    before = set(list_tables_with(CANARY))
    worded = {one.table._meta.db_table for one in list_data() if has_words(one.table)}
    assert sorted(worded - before) == WORDLESS
    assert len(before) > 60
    assert list_collections_with(mongo, CANARY)
    caplog.clear()
    capfd.readouterr()

    with caplog.at_level(logging.DEBUG):
        request = erase(user)
        drain()
        assert finish(request) == PrivacyState.DONE, (request.waits_for, request.evidence)

    assert list_tables_with(CANARY) == ["ops_notification"]  # the last mail, until it is delivered
    assert [to.lower() for to, _, _ in read_mails(server)][-1] == ADDRESS.lower()
    Notification.objects.exclude(recipient="").delete()
    assert list_tables_with(CANARY) == []
    assert list_collections_with(mongo, CANARY) == []
    assert list_cache_keys_with(CANARY) == []
    logged = "".join([caplog.text, *capfd.readouterr()])
    assert CANARY.lower() not in logged.lower()
    assert (User.objects.filter(pk=user.pk).count(), Creator.objects.filter(pk=creator.pk).count()) == (0, 0)
    assert Interaction.objects.count() == ConsentRecord.objects.count() == 0
    evidence = request.evidence
    assert (evidence["rows_left"], evidence["texts_found"]) == ({}, {})
    assert {"billing.UsageEvent", "creators.PrivacyRequest", "migration.ShadowRead"} - set(evidence["retained"]) == {
        "billing.UsageEvent"  # its link is cut: it is nobody's now
    }
    usage = UsageEvent.objects.get(action="a-1")
    assert (usage.creator_id, usage.cost_micro_usd) == (None, 7)
    found = [place for place in evidence["words_found"] if not place.startswith(OTHERS)]
    assert not [place for place in found if place.startswith(("file:", "mongo:", "redis"))]
    former = FormerHandle.objects.order_by("handle").values_list("handle", "creator_id")
    assert list(former) == [("earlier.name", None), ("lumenkitchen", None)]
    assert remove_ended_blocks(now=NOW + timedelta(days=91)) == 2
    assert not request.sealed
    assert not list((settings_dir(request)).glob("*.zip"))


def has_words(model) -> bool:
    """Return whether a model has a column the filler puts the canary into: one without choices that takes any word."""
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)
    fields = [one for one in model._meta.concrete_fields if isinstance(one, kinds)]
    return any(not (one.choices or getattr(getattr(one, "base_field", None), "choices", None)) for one in fields)


def settings_dir(_request):
    from pathlib import Path

    from django.conf import settings

    return Path(settings.EXPORT_DIR)


def test_suppression_is_at_once(creator, owner):
    record_consent(
        creator=creator, purpose=ConsentPurpose.DISCOVERY, is_granted=True, acting_user=owner, now=NOW,
        source=ConsentSource.API,
    )  # fmt: skip
    token = AuthToken.objects.create(user=owner)[1]
    request = erase(owner)
    assert APIClient().get("/api/v1/me", headers={"Authorization": f"Token {token}"}).status_code == 401
    creator.refresh_from_db()
    assert (creator.owner_id, creator.is_active, creator.consent_state) == (None, False, "withdrawn")
    latest = ConsentRecord.objects.order_by("-id").first()
    assert (latest.is_granted, latest.actor_label) == (False, "erasure")
    names = [one.name for one in Event.objects.order_by("id")]
    assert names[-1] == "creator.erasure_requested"
    assert (request.state, request.due_at - request.asked_at) == ("pending", timedelta(days=30))
    with pytest.raises(PrivacyRequestOpen):
        erase(owner)
    assert PrivacyRequest.objects.count() == 1


def test_one_creator_goes_and_the_account_stays(creator, owner, mongo):
    other = Creator.objects.create(owner=owner, handle="pixelforge", created_at=NOW, updated_at=NOW)
    say(creator, "I live in Lisbon.")
    form(creator)
    kept = say(other, "I live in Porto.")
    form(other)
    request = erase(owner, creator=creator)
    assert finish(request) == PrivacyState.DONE
    assert list(Creator.objects.all()) == [other]
    assert list(Interaction.objects.all()) == [kept]
    assert [one.value for one in Memory.objects.all()] == ["Porto"]
    owner.refresh_from_db()
    assert owner.is_active


def test_account_without_creators_goes(mongo, smtp):  # noqa: F811  the fixture
    user = User.objects.create_user("bea", email="bea@example.org")
    Season.objects.create(name="November", starts_at=NOW, ends_at=LATER)
    assert finish(erase(user, actor=user)) == PrivacyState.DONE
    assert User.objects.count() == 0
    assert [to for to, _, _ in read_mails(smtp)] == ["bea@example.org"]


def test_erasure_killed_after_any_step_goes_on(creator, owner, mongo):
    say(creator, "I live in Lisbon.")
    form(creator)
    request = erase(owner)
    for kept in (["remembered"], ["remembered", "derived"], ["remembered", "derived", "platforms", "rows"]):
        process_request(request_id=request.pk, now=NOW)
        request.refresh_from_db()
        steps = {name: found for name, found in request.steps.items() if name in kept}
        PrivacyRequest.objects.filter(pk=request.pk).update(steps=steps, next_at=NOW, state="running")
    assert finish(request) == PrivacyState.DONE
    assert ErasedSubject.objects.count() == 2


def test_mongo_away_lets_the_erasure_wait(creator, owner, mongo_away):
    request = erase(owner)
    assert process_request(request_id=request.pk, now=NOW) == PrivacyState.WAITING
    request.refresh_from_db()
    assert ("rows" in request.steps, "stores" in request.steps, Creator.objects.count()) == (True, False, 0)
    assert "away" in request.waits_for


def test_legal_hold_keeps_what_it_names_and_is_listed(creator, owner, staff, mongo):
    name_account(owner)
    Creator.objects.update(display_name="Lumen Kitchen", bio="Cakes")
    said = say(creator, "I live in Lisbon.")
    form(creator)
    hold = place_hold(
        user=None, creator=creator, held_models=["creators.Interaction"], until=NOW + timedelta(days=99),
        acting_user=staff, reason="a lawsuit", now=NOW,
    )  # fmt: skip
    request = erase(owner)
    assert finish(request) == PrivacyState.HELD, (request.waits_for, request.evidence)
    assert request.held[0]["rows"] == {"creators.Creator": 1, "creators.Interaction": 1}
    kept = Creator.objects.get()
    assert (kept.handle, kept.display_name, kept.bio) == (f"erased.{creator.pk}", "", "")
    assert (Interaction.objects.get().pk, Memory.objects.count(), User.objects.filter(pk=owner.pk).count()) == (
        said.pk,
        0,
        0,
    )
    lift_hold(hold=LegalHold.objects.get(pk=hold.pk), acting_user=staff, reason="it is over", now=LATER)
    assert process_request(request_id=request.pk, now=LATER) == PrivacyState.WAITING
    assert process_request(request_id=request.pk, now=LATER + timedelta(minutes=3)) == PrivacyState.DONE
    assert (Creator.objects.count(), Interaction.objects.count()) == (0, 0)


def test_who_was_erased_is_erased_again_from_a_backup(creator, owner, mongo, staff):
    rows = {"user": User.objects.filter(pk=owner.pk).values().get(), "creator": vars(Creator.objects.get()).copy()}
    finish(erase(owner))
    ErasedSubject.objects.all().delete()  # the table is put back too; the file is not
    PrivacyRequest.objects.all().delete()
    User.objects.create(**rows["user"])
    rows["creator"].pop("_state")
    Creator.objects.create(**rows["creator"])
    innocent = Creator.objects.create(handle="pixelforge", owner=staff, created_at=NOW, updated_at=NOW)
    assert replay_erasures(now=LATER) == 1
    assert replay_erasures(now=LATER) == 0
    request = PrivacyRequest.objects.get()
    assert (request.source, request.creator_keys, Creator.objects.get(pk=creator.pk).is_active) == (
        "restore",
        [creator.pk],
        False,
    )
    innocent.refresh_from_db()
    assert innocent.is_active


def test_leftover_text_needs_a_person(creator, owner, mongo, staff):
    say(creator, "The recipe nobody may ever read again.")
    other = Creator.objects.create(handle="pixelforge", owner=staff, created_at=NOW, updated_at=NOW)
    ContentItem.objects.create(
        creator=other, platform="x", external_id="1", kind="post", created_at=NOW, updated_at=NOW,
        title="The recipe nobody may ever read again.",
    )  # fmt: skip
    request = erase(owner)
    assert finish(request) == PrivacyState.ATTENTION
    assert request.evidence["texts_found"] == {"creators_contentitem": 1}


def test_audit_entries_stay_without_names(creator, owner, mongo):
    name_account(owner)
    record_consent(
        creator=creator, purpose=ConsentPurpose.DISCOVERY, is_granted=True, acting_user=owner, now=NOW,
        source=ConsentSource.API, reason="because",
    )  # fmt: skip
    finish(erase(owner))
    entry = AuditEntry.objects.get(action="consent.granted")
    assert (entry.actor_id, entry.actor_label, entry.reason, entry.after) == (None, "erased", "", None)
    with pytest.raises(Exception, match="append-only"):
        AuditEntry.objects.filter(pk=entry.pk).update(actor_label="somebody")
