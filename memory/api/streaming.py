"""Server-sent events of an answer: ``sentence`` events, then ``done`` with the whole turn."""

from collections.abc import Iterator
from typing import Any

import orjson
import structlog
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

from memory.api.serializers import render_answer
from memory.models import ConversationTurn
from memory.services.checking import Sentence

logger = structlog.get_logger(__name__)


class EventStreamRenderer(BaseRenderer):
    """Lets content negotiation accept ``text/event-stream``; errors before the stream are rendered as JSON."""

    media_type = "text/event-stream"
    format = "event-stream"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return orjson.dumps(data)


def stream_events(items: Iterator[Sentence | ConversationTurn]) -> StreamingHttpResponse:
    """Return the response that sends each item as it comes."""
    response = StreamingHttpResponse(_encode(items), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


def _encode(items: Iterator[Sentence | ConversationTurn]) -> Iterator[bytes]:
    try:
        for item in items:
            if isinstance(item, ConversationTurn):
                yield _frame("done", render_answer(item))
            else:
                citations = [{"kind": one.kind, "id": str(one.id)} for one in item.citations]
                yield _frame("sentence", {"text": item.text, "citations": citations})
    except Exception:
        # The status is sent: all that is left is to say so in the stream, and to log why.
        logger.exception("answer_stream_failed")
        yield _frame("error", {"type": "/problems/internal-error", "title": "Something failed on our side"})


def _frame(event: str, data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event.encode(), orjson.dumps(data))
