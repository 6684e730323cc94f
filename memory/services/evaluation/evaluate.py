"""Ask the questions of an evaluation file through the real retrieval."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from time import perf_counter

from creators.captions import build_search_text
from creators.models import Creator, Interaction
from memory.queries.hits import Hit
from memory.services.answers import extract_answer
from memory.services.evaluation.abandoned import remove_abandoned_runs
from memory.services.evaluation.creators import keep_creator
from memory.services.evaluation.measures import Answer, Evaluation, measure
from memory.services.evaluation.reading import Conversation, EvaluationFile, EvaluationQuestion
from memory.services.evaluation.runs import RunLease, close_run, open_run
from memory.services.search import search_memory
from migration.queries.routes import Store

HITS = 12  # as many as the assistant reads
DEPTH = 150  # hits; more than 2,000 tokens of messages
EXPANDED = 3  # latest interactions of a memory that take its rank


def evaluate_retrieval(
    *,
    file: EvaluationFile,
    name: str,
    digest: str,
    store: Store | None,
    clock: Callable[[], datetime],
    on_creator: Callable[[str], None] = lambda _handle: None,
) -> Evaluation:
    """Return how much of the evidence the questions find; what is made for it is removed, also when it fails.

    The run is kept as an ``EvaluationRun``; what killed runs left is removed first. ``store`` None is the routed one.
    Hybrid search is on where its flag is. ``on_creator`` is told each handle.

    Raises:
        EvaluationFileInvalid: ingest refuses an interaction.
    """
    remove_abandoned_runs(now=clock())
    lease = open_run(name=name, digest=digest, store=store, clock=clock)
    try:
        found = _evaluate(file, lease, on_creator)
    except BaseException as failure:
        close_run(run=lease.run, now=clock(), error=f"{type(failure).__name__}: {failure}"[:2000])
        raise
    close_run(run=lease.run, now=clock(), measures=found.to_json() | {"dropped": file.dropped})
    return found


def _evaluate(file: EvaluationFile, lease: RunLease, on_creator: Callable[[str], None]) -> Evaluation:
    answers: list[Answer] = []
    bait_answered, now = 0, lease.run.started_at
    with ExitStack() as stack:  # all at once, so that what belongs to one can tempt another
        kept = {}
        for handle, conversation in file.conversations.items():
            on_creator(handle)
            made = keep_creator(run=lease, handle=handle, items=conversation.items, now=now)
            kept[handle] = stack.enter_context(made)
        for handle, conversation in file.conversations.items():
            answers += _ask_all(handle, kept[handle], conversation, lease)
            bait_answered += sum(
                _is_answered(kept[handle], one, lease.store) for one in conversation.questions if one.is_bait
            )
    return measure(answers=answers, bait_answered=bait_answered)


def _ask_all(handle: str, creator: Creator, conversation: Conversation, lease: RunLease) -> list[Answer]:
    store = lease.store
    stored = Interaction.objects.filter(creator=creator)
    names = dict(stored.values_list("pk", "external_id"))
    shown = ((one, build_search_text(text=one.text, attachments=one.attachments)) for one in stored)
    lengths = {one.pk: len(f"{one.author}: {text}") for one, text in shown}
    search_memory(creator_id=creator.pk, question="warm up", action="evaluation", store=store)
    answers = []
    for question in conversation.questions:
        if question.is_bait:
            continue
        lease.renew()
        hits, seconds = _ask(creator, question, store)
        ranked = list_interactions(hits)
        answers.append(
            Answer(
                creator=handle,
                category=question.category,
                evidence=question.evidence,
                ranked=[names[pk] for pk in ranked],
                lengths=[lengths[pk] for pk in ranked],
                seconds=seconds,
                is_right=_is_right(question, hits) if question.answer else None,
            )
        )
    return answers


def _ask(creator: Creator, question: EvaluationQuestion, store: Store | None) -> tuple[list[Hit], float]:
    started = perf_counter()
    found = search_memory(creator_id=creator.pk, question=question.text, action="evaluation", limit=DEPTH, store=store)
    return found.hits, perf_counter() - started


def _is_right(question: EvaluationQuestion, hits: list[Hit]) -> bool:
    """Return whether the first sentence of the answer says what it must."""
    return question.answer in extract_answer(question=question.text, hits=hits[:HITS])[0].text


def _is_answered(creator: Creator, question: EvaluationQuestion, store: Store | None) -> bool:
    """Return whether bait gets an answer instead of an honest nothing."""
    hits, _ = _ask(creator, question, store)
    return any(one.citations for one in extract_answer(question=question.text, hits=hits[:HITS]))


def list_interactions(hits: Iterable[Hit]) -> list[int]:
    """Return interactions in the order of the hits; a memory stands for the latest ones it rests on."""
    ranked: dict[int, None] = {}
    for hit in hits:
        if hit.interaction:
            ranked.setdefault(hit.interaction.id)
        elif hit.memory:
            ranked.update(dict.fromkeys(pk for pk in hit.memory.latest_evidence[:EXPANDED] if pk not in ranked))
    return list(ranked)
