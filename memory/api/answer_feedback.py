"""Say whether an answer was useful."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, read_id
from memory.api.search_serializers import StrictSerializer
from memory.models import AnswerFeedback, ConversationTurn
from memory.services.answer_feedback import Judgement, judge_answer
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope

LONGEST_REASON = 500
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)


class NewAnswerFeedbackSerializer(StrictSerializer):
    useful = serializers.BooleanField()
    reason = TextField(max_length=LONGEST_REASON, required=False, allow_blank=True)


class AnswerFeedbackSerializer(serializers.ModelSerializer[AnswerFeedback]):
    id = serializers.CharField(source="pk", read_only=True)
    answer = serializers.CharField(source="turn_id", read_only=True, help_text="The id of the answer.")
    useful = serializers.BooleanField(source="is_useful", read_only=True)

    class Meta:
        model = AnswerFeedback
        fields = ["id", "answer", "useful", "reason", "recorded_at"]
        read_only_fields = fields


class AnswerFeedbackView(IdempotentViewMixin, APIView):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = "assistant"

    @extend_schema(
        operation_id="assistant_answer_feedback",
        request=NewAnswerFeedbackSerializer,
        responses={200: AnswerFeedbackSerializer, 201: AnswerFeedbackSerializer},
        parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH), _KEY],
        examples=[OpenApiExample("A useful answer", request_only=True, value={"useful": True})],
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Tell whether an answer about one of your creators was useful; the latest word counts.

        What answers cited moves how your memories are ranked, a little, after it was tried on earlier questions. The
        same said twice is kept once, and answered with 200.
        """
        body = NewAnswerFeedbackSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        try:
            kept, is_new = judge_answer(
                turn_id=read_id(id),
                judgement=Judgement(is_useful=said["useful"], reason=said.get("reason", "")),
                acting_user=get_user(request),
                now=timezone.now(),
            )
        except ConversationTurn.DoesNotExist as error:
            raise Http404 from error
        return Response(AnswerFeedbackSerializer(kept).data, status=201 if is_new else 200)
