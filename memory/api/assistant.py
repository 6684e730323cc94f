"""Ask the assistant."""

from itertools import chain
from typing import Any
from uuid import uuid4

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.errors import QuotaExceeded, TooManyAtOnce
from creators.api.creators import find_creator
from memory.api.serializers import AnswerSerializer, QuestionSerializer, render_answer
from memory.api.streaming import EventStreamRenderer, stream_events
from memory.services.assistant import AskedQuestion, ask, stream
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import RATE_LIMITED, ProblemError

_EXAMPLE = OpenApiExample(
    "A question", request_only=True, value={"creator": "lumenkitchen", "question": "Who is my main sponsor now?"}
)

SECONDS_OF_A_CALL = 3
# Each event of the stream; `data` is JSON: a sentence, the whole answer, or a problem.
_EVENT = {
    "type": "object",
    "properties": {"event": {"enum": ["sentence", "done", "error"]}, "data": {"type": "string"}},
    "required": ["event", "data"],
}


class ChatView(IdempotentViewMixin, APIView):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = "assistant"
    throttle_scope = "assistant"
    renderer_classes = [JSONRenderer, EventStreamRenderer]

    @extend_schema(
        operation_id="assistant_chat",
        request=QuestionSerializer,
        responses={
            (200, "application/json"): AnswerSerializer,
            (200, "text/event-stream"): _EVENT,
        },
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Answer a question about one of your creators, with citations.

        Ask for `text/event-stream` to get each sentence as soon as its citations are checked.
        """
        body = QuestionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        creator = find_creator(request=request, handle=body.validated_data["creator"])
        fields = body.validated_data
        question = AskedQuestion(
            creator_id=creator.pk,
            text=fields["question"],
            action=uuid4().hex,
            conversation=fields.get("conversation", ""),
        )
        try:
            if isinstance(getattr(request, "accepted_renderer", None), EventStreamRenderer):
                items = stream(question=question)
                first = next(items)  # opens the turn, so that a refusal still has a status of its own
                return stream_events(chain([first], items))
            return Response(render_answer(ask(question=question)))
        except (QuotaExceeded, TooManyAtOnce) as refusal:
            raise refuse_quota(refusal) from refusal


def refuse_quota(refusal: QuotaExceeded | TooManyAtOnce) -> ProblemError:
    """Return the problem of a month's questions that are used up, or of too many that wait for their answers."""
    if isinstance(refusal, TooManyAtOnce):
        return ProblemError(kind=RATE_LIMITED, detail=str(refusal), headers={"Retry-After": str(SECONDS_OF_A_CALL)})
    wait = max(1, int((refusal.resets_at - timezone.now()).total_seconds()))
    headers: dict[str, Any] = {"Retry-After": str(wait)}
    return ProblemError(kind=RATE_LIMITED, detail="This month's questions are used up.", headers=headers)
