"""The assistant: quota → retrieve → answer → meter → keep the turn.

Three phases, so that no database connection is held while the model is awaited: ``_open_turn`` (database),
``_compose`` (outside), ``_close_turn`` (database). Without a model there is nothing to await: ``_answer_at_once``.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

import structlog
from django.db import connection
from django.utils import timezone
from pybreaker import CircuitBreakerError

from billing.enums import Service
from billing.errors import BudgetExceeded, PriceUnknown
from billing.services.metering import Settlement, UsageRequest, reserve_usage
from billing.services.pricing import TokenCounts
from memory.clients.claude import ClaudeClient, Prompt, Usage, get_claude
from memory.errors import ModelCallFailed
from memory.models import ConversationTurn
from memory.queries.earlier import complete_question, list_earlier_turns
from memory.queries.hits import Retrieval
from memory.queries.packing import pack_hits
from memory.services.answers import choose_hits, extract_answer, say_nothing_known
from memory.services.checking import Sentence, check_sentences, join_lines
from memory.services.prompting import SYSTEM, build_prompt
from memory.services.search import search_memory
from memory.services.turns import EndedTurn, describe_hits, keep_turn
from memory.stores import Target
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from veri.platform.connections.bridge import is_bridged
from veri.platform.observability.metrics import CHAT_DURATION

SOURCE = "assistant"
EXTRACTIVE_MODEL = "extractive"
MAX_OUTPUT_TOKENS = 700
FRAME_TOKENS = 100  # what the provider adds around system and message; a token is never less than a byte of text
HITS = 12
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """A question about one creator; ``action`` makes metering idempotent: one per asking, not per attempt.

    What was asked before in the same ``conversation`` of the creator is remembered; an empty one begins a new one.
    """

    creator_id: int
    text: str
    action: str
    conversation: str = ""


@dataclass
class _Turn:
    """What is known of a turn while it runs."""

    asked: AskedQuestion
    retrieval: Retrieval
    client: ClaudeClient | None
    is_metered: bool
    prompt: str
    started: float
    is_degraded: bool = True
    usage: Usage = field(default_factory=Usage)
    sentences: list[Sentence] = field(default_factory=list)


def ask(*, question: AskedQuestion) -> ConversationTurn:
    """Answer a question and return the kept turn.

    Raises:
        QuotaExceeded: the creator has no questions left this month; nothing is kept.
        TooManyAtOnce: too many of the creator's questions wait for their answers.
    """
    last: ConversationTurn | None = None
    for item in stream(question=question):
        last = item if isinstance(item, ConversationTurn) else last
    if last is None:  # the last item of a stream is its turn
        raise RuntimeError("the stream ended without its turn")
    return last


def stream(*, question: AskedQuestion) -> Iterator[Sentence | ConversationTurn]:
    """Yield each sentence once its citations are checked, then the kept turn; see ``ask``."""
    turn = _open_turn(question)
    if turn.client is None:
        kept = _answer_at_once(turn)
        yield from turn.sentences
        yield kept
        return
    try:
        with closing(_compose(turn, turn.client)) as sentences:  # ends the upstream call before it is metered
            for sentence in sentences:
                turn.sentences.append(sentence)
                yield sentence
    finally:
        kept = _close_turn(turn)
    yield kept


def _open_turn(asked: AskedQuestion) -> _Turn:
    started = perf_counter()
    is_metered = is_flag_on(Flag.COST_TRACKING)
    earlier = []
    if asked.conversation:
        earlier = list_earlier_turns(creator_id=asked.creator_id, conversation=asked.conversation)
    meant = complete_question(asked.text, earlier=earlier)
    retrieval = search_memory(creator_id=asked.creator_id, question=meant, action=asked.action, limit=HITS)
    client = get_claude() if choose_hits(retrieval.hits) else None  # nothing known needs no model
    prompt = ""
    if client:
        prompt = build_prompt(question=asked.text, hits=pack_hits(hits=retrieval.hits), earlier=earlier)
    if is_metered and client:
        try:
            reserve_usage(request=_build_request(asked, Service.CLAUDE, client.model, prompt), now=timezone.now())
        except (BudgetExceeded, PriceUnknown) as refusal:
            logger.warning("model_not_affordable", reason=str(refusal))
            client = None
    return _Turn(asked=asked, retrieval=retrieval, client=client, is_metered=is_metered, prompt=prompt, started=started)


def _build_request(asked: AskedQuestion, service: Service, model: str, prompt: str) -> UsageRequest:
    upper_bound = TokenCounts(
        cache_write_5m=len(prompt.encode()) + len(SYSTEM.encode()) + FRAME_TOKENS if prompt else 0,
        output=MAX_OUTPUT_TOKENS if prompt else 0,
    )
    return UsageRequest(
        source=SOURCE,
        action=asked.action,
        creator_id=asked.creator_id,
        service=service,
        model=model,
        upper_bound=upper_bound,
    )


def _answer_at_once(turn: _Turn) -> ConversationTurn:
    """Answer from the evidence alone; the turn is kept and charged in one transaction, or neither."""
    turn.sentences.extend(extract_answer(question=turn.asked.text, hits=turn.retrieval.hits))
    charge = _build_request(turn.asked, Service.EXTRACTIVE, EXTRACTIVE_MODEL, "") if turn.is_metered else None
    kept = keep_turn(ended=EndedTurn(turn=_build_turn(turn), charge=charge))
    _observe(kept)
    return kept


def _compose(turn: _Turn, client: ClaudeClient) -> Generator[Sentence, None, None]:
    """Yield the model's checked sentences; the extractive answer when it gave none."""
    _let_connection_go()
    yielded = False
    try:
        for sentence in _ask_model(turn, client):
            yielded, turn.is_degraded = True, False
            yield sentence
    except (ModelCallFailed, CircuitBreakerError) as failure:
        turn.is_degraded = True
        logger.warning("model_failed", error=type(failure).__name__, detail=str(failure))
    if not yielded:
        yield from extract_answer(question=turn.asked.text, hits=turn.retrieval.hits)


def _ask_model(turn: _Turn, client: ClaudeClient) -> Iterator[Sentence]:
    hits = turn.retrieval.hits
    prompt = Prompt(system=SYSTEM, user=turn.prompt, max_tokens=MAX_OUTPUT_TOKENS)
    for line in join_lines(client.stream(prompt=prompt, usage=turn.usage)):
        if line.strip().rstrip(".") == "NOTHING KNOWN":
            yield say_nothing_known(turn.asked.text)
        else:
            yield from check_sentences([line], hits=hits, question=turn.asked.text)


def _let_connection_go() -> None:
    """Give the database connection back while the model is awaited."""
    if not is_bridged() and not connection.in_atomic_block:
        connection.close()


def _close_turn(turn: _Turn) -> ConversationTurn:
    """Meter what was used and keep the turn; also when the reader of a stream went away."""
    settlement = _build_settlement(turn) if turn.is_metered else None
    kept = keep_turn(ended=EndedTurn(turn=_build_turn(turn), settlement=settlement))
    _observe(kept)
    return kept


def _build_turn(turn: _Turn) -> ConversationTurn:
    sentences = turn.sentences or [say_nothing_known(turn.asked.text)]
    cited = list(dict.fromkeys(target for one in sentences for target in one.citations))
    return ConversationTurn(
        creator_id=turn.asked.creator_id,
        request_id=turn.asked.action[:64],
        conversation=turn.asked.conversation or str(uuid4()),
        question=turn.asked.text,
        answer=" ".join(one.text for one in sentences),
        sentences=[{"text": one.text, "citations": _to_json(one.citations)} for one in sentences],
        citations=_to_json(cited),
        store=turn.retrieval.store.value,
        model=turn.client.model if turn.client and not turn.is_degraded else EXTRACTIVE_MODEL,
        is_degraded=turn.is_degraded,
        duration_ms=int((perf_counter() - turn.started) * 1000),
        retrieved=describe_hits(turn.retrieval.hits),
        asked_at=timezone.now(),
    )


def _observe(kept: ConversationTurn) -> None:
    CHAT_DURATION.labels(outcome="degraded" if kept.is_degraded else "answered").observe(kept.duration_ms / 1000)


def _build_settlement(turn: _Turn) -> Settlement:
    """Return what the model reported; a call that never told is charged as estimated, a degraded answer counts too."""
    usage = turn.usage
    is_silent = usage.is_uncertain and usage.counts == TokenCounts()
    return Settlement(
        source=SOURCE,
        action=turn.asked.action,
        counts=None if is_silent else usage.counts,
        provider_request_id=usage.request_id,
        is_certain=not usage.is_uncertain,
    )


def _to_json(citations: Iterable[Target]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "id": str(one.id)} for one in citations]
