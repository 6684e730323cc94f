"""Ten thousand retrievals over random creators, questions, filters and stores: none finds anything foreign."""

import pytest

from tests.memory.isolation import fill_creators, retrieve_often


@pytest.mark.storm
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_nothing_foreign_is_found_in_ten_thousand_retrievals(mongo):
    creators = fill_creators(seed=21, count=8, messages=60)
    seen = retrieve_often(creators=creators, seed=22, times=10_000)
    assert seen["asked"] == 10_000
    assert min(seen["postgres"], seen["mongo"]) > 25_000
