import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from creators.enums import ConsentPurpose
from creators.models import ConsentRecord
from creators.queries.consent import filter_consenting, is_consented
from tests.creators.conftest import make_creator
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry

URL = "/api/v1/creators/lumenkitchen/consents"
DISCOVERY = ConsentPurpose.DISCOVERY


def decide(client, *, is_granted, purpose="discovery"):
    return client.post(URL, {"purpose": purpose, "is_granted": is_granted}, format="json")


def test_nothing_is_allowed_before_it_is_granted(creator):
    assert is_consented(creator_id=creator.pk, purpose=DISCOVERY) is False


def test_latest_decision_holds_and_each_is_kept(client, creator, owner):
    assert decide(client, is_granted=True).json()["is_granted"] is True
    assert is_consented(creator_id=creator.pk, purpose=DISCOVERY)
    assert not is_consented(creator_id=creator.pk, purpose=ConsentPurpose.PUBLIC_PROFILE)
    decide(client, is_granted=False)
    assert not is_consented(creator_id=creator.pk, purpose=DISCOVERY)
    listed = client.get(URL).json()["results"]
    assert [(one["is_granted"], one["actor"], one["source"]) for one in listed] == [
        (False, "ana", "api"),
        (True, "ana", "api"),
    ]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "before", "after")) == [
        ("consent.granted", {"discovery": None}, {"discovery": True}),
        ("consent.withdrawn", {"discovery": True}, {"discovery": False}),
    ]
    assert Event.objects.filter(name="consent.recorded").count() == 2


def test_repeated_decision_is_one_row(client, creator):
    decide(client, is_granted=True)
    assert decide(client, is_granted=True).status_code == 200
    assert ConsentRecord.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"purpose": "spam", "is_granted": True}, {"purpose": "discovery"}])
def test_bad_decision_changes_nothing(client, creator, body):
    assert client.post(URL, body, format="json").status_code == 400
    assert ConsentRecord.objects.count() == 0


def test_stranger_decides_nothing(stranger_client, creator):
    assert decide(stranger_client, is_granted=True).status_code == 404
    assert ConsentRecord.objects.count() == 0


def test_log_is_append_only_in_the_database(client, creator):
    decide(client, is_granted=True)
    for change in ("UPDATE creators_consentrecord SET is_granted = false", "DELETE FROM creators_consentrecord"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert ConsentRecord.objects.get().is_granted is True


def test_log_goes_with_its_creator_and_outlives_its_actor(client, creator, owner):
    decide(client, is_granted=True)
    creator.owner = None
    creator.save()
    owner.delete()
    assert ConsentRecord.objects.values_list("actor", "actor_label").get() == (None, "ana")
    creator.delete()
    assert ConsentRecord.objects.count() == 0


def test_many_are_filtered_in_one_query(client, creator, owner, django_assert_num_queries):
    decide(client, is_granted=True)
    others = [make_creator(f"other{number}") for number in range(3)]
    with django_assert_num_queries(1):
        assert filter_consenting(creator_ids=[creator.pk, *(one.pk for one in others)], purpose=DISCOVERY) == {
            creator.pk
        }
