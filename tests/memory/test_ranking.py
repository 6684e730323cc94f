"""The cut a store makes is the application's own: the same documents, in the same order, as scoring them all."""

import random
from dataclasses import replace

import pytest

from memory.models import Posting
from memory.queries.corpus import CorpusStatistics, get_corpus_statistics
from memory.queries.hits import SearchFilters
from memory.queries.periods import AskedTime
from memory.queries.question import Question
from memory.queries.retrieval import POSTGRES, WINDOW, _Found, _iterate_ranked
from memory.queries.scoring import MEMORY_GAIN, build_term_scoring, score_matches, weigh_terms
from memory.stores import PostgresSearchStore
from tests.memory.conftest import make_creator

TERMS = ("bread", "camera", "rate", "sponsor", "video")
ASKED = (*TERMS[1:], "unseen")
DOCUMENTS = 900
KINDS = ("interaction", "memory")


def fill(creator, chance: random.Random) -> CorpusStatistics:
    """Store random postings: few lengths and frequencies, so that many documents tie; return what a question needs."""
    rows = []
    for number in range(DOCUMENTS):
        length = chance.choice((1, 4, 4, 9, 31))
        held = chance.sample(TERMS, chance.randint(1, len(TERMS)))
        chance.shuffle(held)
        rows += [
            Posting(
                creator=creator,
                term=term,
                kind=KINDS[number % 2],
                target_id=number // 2 + creator.pk * DOCUMENTS,
                frequency=chance.choice((1, 1, 2, 7)),
                length=length,
            )
            for term in held
        ]
    Posting.objects.bulk_create(rows)
    read = get_corpus_statistics(creator_id=creator.pk, terms=ASKED)
    assert read.document_frequencies == {term: sum(one.term == term for one in rows) for term in TERMS[1:]}
    return replace(read, documents=DOCUMENTS, mean_length=chance.choice((0.5, 7.25)))


def rank_all(creator, statistics, weights, kinds=KINDS):
    """Return all targets by the formula of the application, best first, and what matched."""
    matches = PostgresSearchStore().find_term_matches(creator_id=creator.pk, lists=statistics.lists)
    scores, _ = score_matches(matches=matches, weights=weights, mean_length=statistics.mean_length)
    gained = {one: score * (MEMORY_GAIN if one.kind == "memory" else 1.0) for one, score in scores.items()}
    ranked = sorted((-round(score, 9), one) for one, score in gained.items() if one.kind in kinds)
    return [one for _, one in ranked], {one.target: one for one in matches}


@pytest.fixture(params=range(6))
def corpus(request, creator):
    chance = random.Random(request.param)  # noqa: S311  not a secret
    fill(make_creator("pixelforge"), chance)  # somebody else's
    return creator, fill(creator, chance)


@pytest.mark.parametrize("kinds", [KINDS, ("memory",), ("interaction",)])
def test_store_gives_exactly_what_scores_best(corpus, kinds):
    creator, statistics = corpus
    weights = weigh_terms(terms=ASKED, statistics=statistics)
    expected, matched = rank_all(creator, statistics, weights, kinds)
    scoring = build_term_scoring(weights=weights, mean_length=statistics.mean_length, kinds=kinds)
    for limit in (1, 7, WINDOW, 2 * DOCUMENTS):
        best = PostgresSearchStore().find_best_matches(
            creator_id=creator.pk, lists=statistics.lists, scoring=scoring, limit=limit
        )
        assert {one.target: one for one in best} == {one: matched[one] for one in expected[:limit]}
        assert len(best) == min(limit, len(expected))


@pytest.mark.parametrize("kinds", [frozenset(), frozenset({"memory"})])
def test_reader_who_goes_on_meets_everything_once_in_order(corpus, kinds):
    creator, statistics = corpus
    weights = weigh_terms(terms=ASKED, statistics=statistics)
    expected, _ = rank_all(creator, statistics, weights, kinds or KINDS)
    asked = Question(
        creator_id=creator.pk,
        terms=ASKED,
        weights=weights,
        statistics=statistics,
        vector=None,
        filters=SearchFilters(kinds=kinds),
        limit=10,
        time=AskedTime(history=False, past=False, period=None),
    )
    assert list(_iterate_ranked(POSTGRES, asked, _Found())) == expected
    assert len(expected) > WINDOW
