"""Term statistics the application owns: the same numbers whichever store gives the candidates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from memory.stores.postings import SELECT_LISTS, PostingCache, PostingList, read_posting_list
from veri.platform.connections.reading import fetch_rows

# The row without a term is of the whole corpus, the others are lists of one term each, or words that name who speaks in
# one of the creator's conversations. One statement sees one moment: the lists are of the generation beside them.
_READ = f"""
SELECT NULL AS term, documents, generation, terms, NULL::bytea, NULL::bytea, NULL::bytea
FROM memory_corpussize WHERE creator_id = %(creator)s
UNION ALL
SELECT term, documents, NULL, NULL, keys, frequencies, lengths FROM ({SELECT_LISTS}) list"""  # noqa: S608  of this project
_READ_AND_NAME = f"""{_READ}
UNION ALL
SELECT word, NULL, NULL, NULL, NULL, NULL, NULL FROM unnest(%(words)s::varchar[]) AS asked (word)
WHERE EXISTS (SELECT 1 FROM memory_utterance WHERE creator_id = %(creator)s AND speaker = word)"""  # noqa: S608  same
_EMPTY = read_posting_list(keys=bytes(20), frequencies=bytes(20), lengths=bytes(20))
_cache = PostingCache()


@dataclass(frozen=True, kw_only=True)
class CorpusStatistics:
    """One creator's corpus: documents, their mean length in terms, and how many hold each term.

    ``lists`` are those of the terms that are held, as the index of PostgreSQL has them. ``speakers`` are those of a
    question's words that name somebody who speaks in it. ``generation`` numbers the state of the index; 0: not known.
    """

    documents: int
    mean_length: float
    document_frequencies: Mapping[str, int]
    lists: Mapping[str, PostingList] = field(default_factory=dict)
    speakers: frozenset[str] = frozenset()
    generation: int = 0


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What a statement told: of the corpus, of the terms it was asked for, and of the words."""

    documents: int
    generation: int
    terms_held: int
    lists: Mapping[str, PostingList]
    speakers: frozenset[str]


def forget_posting_lists() -> None:
    """Drop this process's copies of posting lists."""
    _cache.forget()


def get_corpus_statistics(*, creator_id: int, terms: Sequence[str], words: Sequence[str] = ()) -> CorpusStatistics:
    """Return the statistics a question's terms and words need, in one statement that indexes alone answer.

    Lists are kept in this process while the creator's index does not change, which the same statement tells; two are
    needed when it did.
    """
    generation, kept = _cache.get(creator_id=creator_id)
    read = _read(creator_id, [term for term in terms if term not in kept], words)
    if read.generation != generation:
        kept = {}
        if len(read.lists) < len(terms):
            read = _read(creator_id, terms, words)
    _cache.keep(creator_id=creator_id, generation=read.generation, lists=read.lists)
    lists = {term: one for term in terms if len((one := read.lists.get(term) or kept[term]).keys)}
    return CorpusStatistics(
        documents=read.documents,
        mean_length=read.terms_held / read.documents if read.documents else 1.0,
        document_frequencies={term: len(one.keys) for term, one in lists.items()},
        lists=lists,
        speakers=read.speakers,
        generation=read.generation,
    )


def _read(creator_id: int, terms: Sequence[str], words: Sequence[str]) -> _Read:
    """Return what PostgreSQL has, with a list for each of the terms."""
    sql = _READ_AND_NAME if words else _READ
    rows = fetch_rows(sql, {"creator": creator_id, "terms": list(terms), "words": list(words)})
    documents, generation, terms_held = next((row[1:4] for row in rows if row[0] is None), (0, 0, 0))
    return _Read(
        documents=documents,
        generation=generation,
        terms_held=terms_held,
        lists=dict.fromkeys(terms, _EMPTY) | dict(_iterate_lists(rows)),
        speakers=frozenset(row[0] for row in rows if row[0] is not None and row[1] is None),
    )


def _iterate_lists(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, PostingList]]:
    for term, count, _, _, *columns in rows:
        if term is not None and count is not None:
            keys, frequencies, lengths = columns
            yield term, read_posting_list(keys=keys, frequencies=frequencies, lengths=lengths)
