"""Profiles read alike from both stores, and by the route."""

import pytest
from rest_framework.test import APIClient

from creators.models import Creator
from creators.queries.profiles import get_profile
from creators.stores.profiles import MongoProfileStore, PostgresProfileStore
from migration.enums import Stage
from migration.services.shadow import wait_for_shadows
from tests.migration.climbing import climb
from tests.migration.conftest import drain, switch

pytestmark = pytest.mark.django_db(transaction=True)
STORES = [PostgresProfileStore(), MongoProfileStore()]


@pytest.fixture
def routed(creator, mongo):
    Creator.objects.filter(pk=creator.pk).update(bio="Bread, slowly.", tags=["bread", "日本"], country="PT")
    switch("USE_MONGO")
    switch("READ_FROM_MONGO")
    climb("creator_profiles", Stage.CANARY)
    yield creator
    wait_for_shadows()


def test_both_stores_give_the_same_profile(routed):
    found = [store.get_profile(creator_id=routed.pk) for store in STORES]

    assert found[0] == found[1]
    assert (found[0].bio, found[0].tags) == ("Bread, slowly.", ["bread", "日本"])
    assert [store.get_profile(creator_id=routed.pk + 1) for store in STORES] == [None, None]


def test_api_answers_from_mongo_and_after_a_write_from_postgres(routed, mongo, owner):
    client = APIClient()
    client.force_authenticate(owner)
    mongo.creator_profiles.update_one({"_id": routed.pk}, {"$set": {"bio": "seen in MongoDB"}})
    url = f"/api/v1/creators/{routed.handle}"
    assert client.get(url).json()["bio"] == "seen in MongoDB"

    assert client.patch(url, {"bio": "just written"}, format="json").status_code == 200

    assert client.get(url).json()["bio"] == "just written"
    drain()
    assert client.get(url).json()["bio"] == "just written"


def test_profile_that_mongo_lacks_comes_from_postgres(routed, mongo):
    mongo.creator_profiles.delete_one({"_id": routed.pk})

    assert get_profile(creator_id=routed.pk).bio == "Bread, slowly."
