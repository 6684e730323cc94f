"""A sample of the isolation property; `make faults` asks ten thousand times (``tests/storm/test_isolation.py``)."""

import pytest

from tests.memory.isolation import fill_creators, retrieve_often


@pytest.mark.django_db(transaction=True)
def test_nothing_foreign_is_found_by_any_question_on_any_store(mongo):
    creators = fill_creators(seed=11, count=4, messages=40)
    seen = retrieve_often(creators=creators, seed=12, times=400)
    assert seen["asked"] == 400
    assert min(seen["postgres"], seen["mongo"]) > 1_000  # questions that find nothing would prove nothing
