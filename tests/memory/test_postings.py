"""Posting lists are kept while a creator's index stays as it is, and no longer."""

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from memory.models import CorpusSize, Posting
from memory.queries.corpus import get_corpus_statistics
from memory.stores.postings import PostingCache, PostingList
from tests.memory.conftest import make_creator

TERMS = ["rate", "sponsor", "unseen"]


def add(creator, target_id, term="rate", *, frequency=1, length=5):
    return Posting.objects.create(
        creator=creator, term=term, kind="memory", target_id=target_id, frequency=frequency, length=length
    )


def read(creator, terms=TERMS):
    with CaptureQueriesContext(connection) as queries:
        statistics = get_corpus_statistics(creator_id=creator.pk, terms=terms)
    return dict(statistics.document_frequencies), len(queries)


@pytest.mark.django_db
def test_lists_are_read_once_and_again_after_any_change_of_the_index(creator):
    first, second = add(creator, 1), add(creator, 2)
    add(creator, 2, "sponsor")
    assert read(creator) == ({"rate": 2, "sponsor": 1}, 1)
    assert read(creator) == ({"rate": 2, "sponsor": 1}, 1)
    with connection.cursor() as cursor:  # not through the application
        cursor.execute("UPDATE memory_posting SET term = 'sponsor' WHERE id = %s", [first.pk])
    assert read(creator) == ({"rate": 1, "sponsor": 2}, 2)
    second.delete()
    assert read(creator) == ({"sponsor": 2}, 2)
    add(make_creator("pixelforge"), 3)
    assert read(creator) == ({"sponsor": 2}, 1)
    assert read(creator, [*TERMS, "video"]) == ({"sponsor": 2}, 1)


@pytest.mark.django_db
def test_change_that_is_taken_back_is_not_remembered(creator):
    add(creator, 1)
    assert read(creator)[0] == {"rate": 1}
    with transaction.atomic():
        add(creator, 2)
        assert read(creator)[0] == {"rate": 2}
        transaction.set_rollback(True)
    assert read(creator)[0] == {"rate": 1}
    before = CorpusSize.objects.get(creator=creator).generation
    add(creator, 2)
    assert CorpusSize.objects.get(creator=creator).generation > before
    assert read(creator)[0] == {"rate": 2}


def make_list(documents: int) -> PostingList:
    ones = np.ones(documents)
    return PostingList(keys=np.arange(documents), frequencies=ones, lengths=ones)


def test_creators_asked_for_longest_ago_leave_first():
    cache = PostingCache(most_bytes=3 * make_list(100).size)
    for creator_id in (1, 2, 3):
        cache.keep(creator_id=creator_id, generation=7, lists={"rate": make_list(100)})
    cache.get(creator_id=1)
    cache.keep(creator_id=3, generation=7, lists={"sponsor": make_list(100)})
    assert [sorted(cache.get(creator_id=one)[1]) for one in (1, 2, 3)] == [["rate"], [], ["rate", "sponsor"]]
    assert cache.size == 3 * make_list(100).size
    cache.keep(creator_id=3, generation=6, lists={"late": make_list(100)})
    assert sorted(cache.get(creator_id=3)[1]) == ["rate", "sponsor"]
    cache.keep(creator_id=3, generation=8, lists={"late": make_list(100)})
    assert cache.get(creator_id=3)[0] == 8
    assert sorted(cache.get(creator_id=3)[1]) == ["late"]
    cache.keep(creator_id=4, generation=1, lists={"huge": make_list(100_000)})
    assert cache.size == 0
