"""Term statistics the application owns: the same numbers whichever store gives the candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count

from memory.models import IndexedDocument, Posting


@dataclass(frozen=True, kw_only=True)
class CorpusStatistics:
    """One creator's corpus: documents, their mean length in terms, and how many hold each term."""

    documents: int
    mean_length: float
    document_frequencies: Mapping[str, int]


def get_corpus_statistics(*, creator_id: int, terms: Sequence[str]) -> CorpusStatistics:
    """Return the statistics a question's terms need, in two queries that indexes alone answer."""
    totals = IndexedDocument.objects.filter(creator_id=creator_id).aggregate(count=Count("*"), mean=Avg("length"))
    mine = Posting.objects.filter(creator_id=creator_id, term__in=list(terms))
    frequencies = dict(mine.values_list("term").annotate(holding=Count("*")))
    return CorpusStatistics(
        documents=totals["count"], mean_length=float(totals["mean"] or 1.0), document_frequencies=frequencies
    )
