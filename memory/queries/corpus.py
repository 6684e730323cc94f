"""Term statistics the application owns: the same numbers whichever store gives the candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from veri.platform.connections.reading import fetch_rows

# The row without a term is of the whole corpus, the others are of one term each.
_COUNT = """
SELECT NULL AS term, documents, terms FROM memory_corpussize WHERE creator_id = %(creator)s
UNION ALL
(SELECT term, count(*), NULL FROM memory_posting
 WHERE creator_id = %(creator)s AND term = ANY(%(terms)s) GROUP BY term)"""
# And those words that name who speaks in one of the creator's conversations.
_COUNT_AND_NAME = f"""{_COUNT}
UNION ALL
SELECT word, NULL, NULL FROM unnest(%(words)s::varchar[]) AS asked (word)
WHERE EXISTS (SELECT 1 FROM memory_utterance WHERE creator_id = %(creator)s AND speaker = word)"""  # noqa: S608  of this file


@dataclass(frozen=True, kw_only=True)
class CorpusStatistics:
    """One creator's corpus: documents, their mean length in terms, and how many hold each term.

    ``speakers`` are those of a question's words that name somebody who speaks in it.
    """

    documents: int
    mean_length: float
    document_frequencies: Mapping[str, int]
    speakers: frozenset[str] = frozenset()


def get_corpus_statistics(*, creator_id: int, terms: Sequence[str], words: Sequence[str] = ()) -> CorpusStatistics:
    """Return the statistics a question's terms and words need, in one statement that indexes alone answer."""
    sql = _COUNT_AND_NAME if words else _COUNT
    rows = fetch_rows(sql, {"creator": creator_id, "terms": list(terms), "words": list(words)})
    documents, terms_held = next(((count, held) for term, count, held in rows if term is None), (0, 0))
    return CorpusStatistics(
        documents=documents,
        mean_length=terms_held / documents if documents else 1.0,
        document_frequencies={term: count for term, count, _ in rows if term is not None and count is not None},
        speakers=frozenset(word for word, count, _ in rows if count is None),
    )
