"""Sessions read by Claude: one call each, reserved before it and settled after it."""

import structlog
from django.utils import timezone
from pybreaker import CircuitBreakerError

from billing.enums import Service
from billing.errors import AllowanceExceeded, PriceUnknown, ReservationNotHeld
from billing.services.metering import UsageRequest, charge_estimate, reserve_usage, settle_usage
from billing.services.pricing import TokenCounts
from memory.clients.claude import ClaudeClient, get_claude
from memory.clients.models import Prompt, Usage
from memory.errors import ModelCallFailed, ProcessorAnswerInvalid, ProcessorUnavailable
from memory.services.processing.interface import Batch, Processed
from memory.services.processing.statements import PROMPT_VERSION, SYSTEM, build_message, read_answer
from migration.enums import Flag
from migration.queries.flags import is_flag_on

SOURCE = "formation"
MAX_OUTPUT_TOKENS = 4_000
FRAME_TOKENS = 100  # what the provider adds around system and message
logger = structlog.get_logger(__name__)


class ClaudeProcessor:
    """One batched call per session. Nothing is stored here; whoever asks keeps the answer."""

    name = "claude"
    wants_media = False

    def __init__(self, client: ClaudeClient) -> None:
        self.model = client.model
        self._client = client

    def process(self, batch: Batch) -> Processed:
        return self.read(batch, self.ask(batch))

    def ask(self, batch: Batch) -> str:
        prompt = Prompt(system=SYSTEM, user=build_message(batch), max_tokens=MAX_OUTPUT_TOKENS)
        usage = Usage()
        is_metered = is_flag_on(Flag.COST_TRACKING)
        if is_metered:
            self._reserve(batch, prompt)
        try:
            return "".join(self._client.stream(prompt=prompt, usage=usage))
        except CircuitBreakerError as error:
            raise ProcessorUnavailable("Claude is spared for a while after failures in a row.") from error
        except ModelCallFailed as failure:
            logger.warning("session_not_read", processor=self.name, error=type(failure).__name__, detail=str(failure))
            raise
        finally:
            if is_metered:
                _settle(batch.action, usage)

    def read(self, batch: Batch, answer: str) -> Processed:
        if not answer.strip():
            raise ProcessorAnswerInvalid("The model gave an empty answer.")
        return read_answer(batch=batch, answer=answer, extractor=f"claude:{self.model}:{PROMPT_VERSION}")

    def _reserve(self, batch: Batch, prompt: Prompt) -> None:
        upper_bound = TokenCounts(
            cache_write_5m=len(prompt.user.encode()) + len(prompt.system.encode()) + FRAME_TOKENS,
            output=MAX_OUTPUT_TOKENS,
        )
        request = UsageRequest(
            source=SOURCE,
            action=batch.action,
            creator_id=batch.creator_id,
            service=Service.CLAUDE,
            model=self.model,
            upper_bound=upper_bound,
        )
        try:
            reserve_usage(request=request, now=timezone.now())
        except (AllowanceExceeded, PriceUnknown) as refusal:
            raise ProcessorUnavailable(str(refusal)) from refusal


def build_claude_processor() -> ClaudeProcessor:
    """Return the processor.

    Raises:
        ProcessorUnavailable: no key is set.
    """
    client = get_claude()
    if client is None:
        raise ProcessorUnavailable("MEMORY_PROCESSORS names claude, but CLAUDE_API_KEY is not set.")
    return ClaudeProcessor(client)


def _settle(action: str, usage: Usage) -> None:
    """Charge what the model reported; a call that never told is charged as estimated."""
    if usage.is_silent:
        charge_estimate(source=SOURCE, action=action)
        return
    try:
        settle_usage(
            source=SOURCE,
            action=action,
            counts=usage.counts,
            provider_request_id=usage.request_id,
            is_certain=not usage.is_uncertain,
            attempts=usage.attempts,
        )
    except ReservationNotHeld:  # it took so long that the reservation expired: it was charged as estimated
        logger.warning("settled_too_late", action=action)
