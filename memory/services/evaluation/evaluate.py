"""Ask the questions of an evaluation file through the real retrieval."""

from collections.abc import Callable, Iterable
from datetime import datetime
from time import perf_counter

from creators.models import Creator, Interaction
from memory.queries.retrieval import Hit
from memory.services.evaluation.creators import keep_creator
from memory.services.evaluation.measures import Answer, Evaluation, measure
from memory.services.evaluation.reading import Conversation, EvaluationFile, EvaluationQuestion
from memory.services.search import search_memory
from migration.queries.routes import Store

DEPTH = 150  # hits; more than 2,000 tokens of messages
EXPANDED = 3  # latest interactions of a memory that take its rank


def evaluate_retrieval(
    *,
    file: EvaluationFile,
    store: Store | None,
    now: datetime,
    on_creator: Callable[[str], None] = lambda _handle: None,
) -> Evaluation:
    """Return how much of the evidence the questions find; what is made for it is removed, also when it fails.

    ``store`` None is the routed one. Hybrid search is on where its flag is. ``on_creator`` is told each handle.

    Raises:
        EvaluationFileInvalid: ingest refuses an interaction.
    """
    answers: list[Answer] = []
    for handle, conversation in file.conversations.items():
        on_creator(handle)
        in_mongo = store is Store.MONGO
        with keep_creator(handle=handle, items=conversation.items, now=now, in_mongo=in_mongo) as creator:
            answers += _ask_all(handle, creator, conversation, store)
    return measure(answers=answers)


def _ask_all(handle: str, creator: Creator, conversation: Conversation, store: Store | None) -> list[Answer]:
    stored = Interaction.objects.filter(creator=creator)
    names = dict(stored.values_list("pk", "external_id"))
    lengths = {pk: len(author) + len(text) for pk, author, text in stored.values_list("pk", "author", "text")}
    search_memory(creator_id=creator.pk, question="warm up", action="evaluation", store=store)
    answers = []
    for question in conversation.questions:
        ranked, seconds = _ask(creator, question, store)
        answers.append(
            Answer(
                creator=handle,
                category=question.category,
                evidence=question.evidence,
                ranked=[names[pk] for pk in ranked],
                lengths=[lengths[pk] for pk in ranked],
                seconds=seconds,
            )
        )
    return answers


def _ask(creator: Creator, question: EvaluationQuestion, store: Store | None) -> tuple[list[int], float]:
    started = perf_counter()
    found = search_memory(creator_id=creator.pk, question=question.text, action="evaluation", limit=DEPTH, store=store)
    return list_interactions(found.hits), perf_counter() - started


def list_interactions(hits: Iterable[Hit]) -> list[int]:
    """Return interactions in the order of the hits; a memory stands for the latest ones it rests on."""
    ranked: dict[int, None] = {}
    for hit in hits:
        if hit.interaction:
            ranked.setdefault(hit.interaction.id)
        elif hit.memory:
            ranked.update(dict.fromkeys(pk for pk in hit.memory.latest_evidence[:EXPANDED] if pk not in ranked))
    return list(ranked)
