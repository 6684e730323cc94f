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
from billing.models import Reservation
from billing.queries.shares import get_used_share
from billing.services.metering import Settlement, UsageRequest, reserve_usage
from billing.services.pricing import TokenCounts
from memory.clients.models import ModelClient, Prompt, Usage
from memory.enums import AnswerRung
from memory.errors import ModelCallFailed
from memory.models import ConversationTurn
from memory.queries.earlier import complete_question, list_earlier_turns
from memory.queries.hits import Retrieval
from memory.queries.packing import pack_hits
from memory.services.answers import choose_hits, extract_answer, say_nothing_known
from memory.services.checking import Sentence, check_sentences, join_lines
from memory.services.degrading import choose_client, choose_length, choose_rung, repeat_answer
from memory.services.model_routes import get_primary, list_affordable, list_fallbacks
from memory.services.prompting import SYSTEM, build_prompt
from memory.services.search import search_memory
from memory.services.turns import EndedTurn, describe_hits, keep_turn
from memory.stores import Target
from migration.enums import Flag
from migration.queries.flags import is_flag_on
from veri.platform.connections.bridge import BridgedLimit, is_bridged
from veri.platform.connections.pipeline import TOGETHER
from veri.platform.observability.metrics import CHAT_DURATION

SOURCE = "assistant"
EXTRACTIVE_MODEL = "extractive"
FRAME_TOKENS = 100  # what the provider adds around system and message; a token is never less than a byte of text
HITS = 12
# Questions a process reads for at once, in a burst; as many statements as are sent together. Awaiting models is free.
_OPENING = BridgedLimit(most=TOGETHER)
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
    """What is known of a turn while it runs. ``superseded`` are the calls of models that failed before ``client``."""

    asked: AskedQuestion
    retrieval: Retrieval
    client: ModelClient | None
    is_metered: bool
    prompt: str
    started: float
    rung: AnswerRung
    is_degraded: bool = True
    repeated: str = ""
    tried: list[str] = field(default_factory=list)
    superseded: list[Settlement] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    reservation: Reservation | None = None
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def action(self) -> str:
        """Return the name under which the present model's call is metered."""
        return self.asked.action if not self.tried else f"{self.asked.action}:{len(self.tried) + 1}"


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
    started = perf_counter()
    with _OPENING.held():
        turn = _open_turn(question, started)
    if turn.client is None:
        kept = _answer_at_once(turn)
        yield from turn.sentences
        yield kept
        return
    try:
        with closing(_compose(turn)) as sentences:  # ends the upstream call before it is metered
            for sentence in sentences:
                turn.sentences.append(sentence)
                yield sentence
    finally:
        kept = _close_turn(turn)
    yield kept


def _open_turn(asked: AskedQuestion, started: float) -> _Turn:
    is_metered = is_flag_on(Flag.COST_TRACKING)
    earlier = []
    if asked.conversation:
        earlier = list_earlier_turns(creator_id=asked.creator_id, conversation=asked.conversation)
    meant = complete_question(asked.text, earlier=earlier)
    retrieval = search_memory(creator_id=asked.creator_id, question=meant, action=asked.action, limit=HITS)
    client = get_primary() if choose_hits(retrieval.hits) else None  # nothing known needs no model
    turn = _Turn(
        asked=asked,
        retrieval=retrieval,
        client=client,
        is_metered=is_metered,
        prompt="",
        started=started,
        rung=AnswerRung.MODEL if client else AnswerRung.EXTRACTIVE,
    )
    if client and is_metered:
        _go_down(turn, client, is_alone=not earlier)
    if turn.client:
        turn.prompt = build_prompt(question=asked.text, hits=pack_hits(hits=retrieval.hits), earlier=earlier)
    if turn.client and is_metered:
        turn.client = _reserve_one(turn, list_affordable(turn.client))
        turn.rung = turn.rung if turn.client else AnswerRung.EXTRACTIVE
    return turn


def _go_down(turn: _Turn, client: ModelClient, *, is_alone: bool) -> None:
    """Choose the rung the budget still allows; an answer is only repeated where the question stands alone."""
    turn.rung = choose_rung(get_used_share(service=client.service, source=SOURCE))
    turn.client = choose_client(client, turn.rung)
    if turn.rung == AnswerRung.CACHED:
        asked = turn.asked
        found = None
        if is_alone:
            hits = turn.retrieval.hits
            found = repeat_answer(creator_id=asked.creator_id, question=asked.text, hits=hits)
        if found is None:
            turn.rung = AnswerRung.SHORTER
        else:
            turn.repeated, turn.sentences, turn.is_degraded = found[0], found[1], False
    if turn.rung in {AnswerRung.CACHED, AnswerRung.EXTRACTIVE}:
        turn.client = None


def _reserve_one(turn: _Turn, clients: Iterable[ModelClient]) -> ModelClient | None:
    """Return the first model the budgets have room for, reserved."""
    for client in clients:
        try:
            turn.reservation = reserve_usage(
                request=_build_request(turn, client.service, client.model), now=timezone.now()
            )
        except (BudgetExceeded, PriceUnknown) as refusal:
            logger.warning("model_not_affordable", model=client.name, reason=str(refusal))
        else:
            return client
    return None


def _build_request(turn: _Turn, service: Service, model: str) -> UsageRequest:
    prompt = turn.prompt
    upper_bound = TokenCounts(
        cache_write_5m=len(prompt.encode()) + len(SYSTEM.encode()) + FRAME_TOKENS if prompt else 0,
        output=choose_length(turn.rung) if prompt else 0,
    )
    if service == Service.OPENAI:  # its cache is written for nothing: what is not read from it is input
        upper_bound = TokenCounts(input=upper_bound.cache_write_5m, output=upper_bound.output)
    return UsageRequest(
        source=SOURCE,
        action=turn.action,
        creator_id=turn.asked.creator_id,
        service=service,
        model=model,
        upper_bound=upper_bound,
        is_fallback=bool(turn.tried),
    )


def _answer_at_once(turn: _Turn) -> ConversationTurn:
    """Answer from the evidence alone; the turn is kept and charged in one transaction, or neither."""
    turn.prompt = ""
    if not turn.repeated:
        turn.sentences.extend(extract_answer(question=turn.asked.text, hits=turn.retrieval.hits))
    charge = _build_request(turn, Service.EXTRACTIVE, EXTRACTIVE_MODEL) if turn.is_metered else None
    kept = keep_turn(ended=EndedTurn(turn=_build_turn(turn), charge=charge))
    _observe(kept)
    return kept


def _compose(turn: _Turn) -> Generator[Sentence, None, None]:
    """Yield the model's checked sentences, or those of the model after it; the extractive answer when none gave any."""
    yielded = False
    while turn.client:
        _let_connection_go()
        try:
            for sentence in _ask_model(turn, turn.client):
                yielded, turn.is_degraded = True, False
                yield sentence
        except (ModelCallFailed, CircuitBreakerError) as failure:
            turn.is_degraded = True
            logger.warning("model_failed", model=turn.client.name, error=type(failure).__name__, detail=str(failure))
            if not yielded and _fall_back(turn, failure):
                continue
        break
    if not yielded:
        turn.rung = AnswerRung.EXTRACTIVE
        yield from extract_answer(question=turn.asked.text, hits=turn.retrieval.hits)


def _fall_back(turn: _Turn, failure: Exception) -> bool:
    """Go on to the next model of the list this failure calls for; return whether there is one that has a budget."""
    before, superseded = turn.client, _build_settlement(turn)
    if before is None:
        return False
    turn.tried.append(before.name)
    following = list_fallbacks(failure, tried=turn.tried)
    client = _reserve_one(turn, following) if turn.is_metered else next(following, None)
    if client is None:
        turn.tried.pop()
        return False
    turn.superseded.append(superseded)
    turn.client, turn.usage = client, Usage()
    return True


def _ask_model(turn: _Turn, client: ModelClient) -> Iterator[Sentence]:
    hits = turn.retrieval.hits
    prompt = Prompt(system=SYSTEM, user=turn.prompt, max_tokens=choose_length(turn.rung))
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
    settlements = [*turn.superseded, _build_settlement(turn)] if turn.is_metered else []
    kept = keep_turn(ended=EndedTurn(turn=_build_turn(turn), settlements=settlements))
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
        model=_name_author(turn),
        is_degraded=turn.is_degraded,
        rung=turn.rung.value,
        duration_ms=int((perf_counter() - turn.started) * 1000),
        retrieved=describe_hits(turn.retrieval.hits),
        asked_at=timezone.now(),
    )


def _observe(kept: ConversationTurn) -> None:
    CHAT_DURATION.labels(outcome="degraded" if kept.is_degraded else "answered").observe(kept.duration_ms / 1000)


def _name_author(turn: _Turn) -> str:
    if turn.repeated:
        return turn.repeated
    return turn.client.model if turn.client and not turn.is_degraded else EXTRACTIVE_MODEL


def _build_settlement(turn: _Turn) -> Settlement:
    """Return what the model reported; a call that never told is charged as estimated, a degraded answer counts too."""
    usage = turn.usage
    return Settlement(
        source=SOURCE,
        action=turn.action,
        counts=None if usage.is_silent else usage.counts,
        provider_request_id=usage.request_id,
        is_certain=not usage.is_uncertain,
        attempts=usage.attempts,
        reservation=turn.reservation,
    )


def _to_json(citations: Iterable[Target]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "id": str(one.id)} for one in citations]
