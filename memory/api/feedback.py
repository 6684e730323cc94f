"""Give feedback."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.brands import find_acting_brand
from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, read_id
from memory.api.search_serializers import StrictSerializer
from memory.enums import FeedbackAction, FeedbackTarget
from memory.errors import FeedbackTargetUnknown
from memory.models import Feedback
from memory.queries.found_creators import find_creator_id
from memory.services.feedback import GivenFeedback, record_feedback
from memory.services.tastes import Subject
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope

_NEEDS = {FeedbackAction.RATE.value: "rating", FeedbackAction.COMPLETE.value: "completion"}
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)


class NewFeedbackSerializer(StrictSerializer):
    target_kind = serializers.ChoiceField(choices=FeedbackTarget.choices)
    target_id = TextField(max_length=31, help_text="An id; of a creator, the handle.")
    action = serializers.ChoiceField(choices=FeedbackAction.choices)
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False, help_text="With `rate` only.")
    completion = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="The share watched or read; with `complete` only."
    )
    brand = TextField(max_length=50, required=False, help_text="The slug of the brand you act for, if any.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = _NEEDS.get(attrs["action"])
        problems = {}
        for name in _NEEDS.values():
            if name == needed and name not in attrs:
                problems[name] = [f"Needed with {attrs['action']}."]
            elif name != needed and name in attrs:
                problems[name] = [f"Not with {attrs['action']}."]
        if problems:
            raise serializers.ValidationError(problems)
        return attrs


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    id = serializers.CharField(source="pk", read_only=True)
    target_kind = serializers.ChoiceField(choices=FeedbackTarget.choices)
    target_id = serializers.CharField()
    action = serializers.ChoiceField(choices=FeedbackAction.choices)

    class Meta:
        model = Feedback
        fields = ["id", "target_kind", "target_id", "action", "rating", "completion", "recorded_at"]
        read_only_fields = fields


class FeedbackView(IdempotentViewMixin, APIView):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="feedback_create",
        request=NewFeedbackSerializer,
        responses={201: FeedbackSerializer},
        parameters=[_KEY],
        examples=[
            OpenApiExample(
                "A video watched to the end",
                request_only=True,
                value={"target_kind": "content", "target_id": "71", "action": "complete", "completion": 0.95},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Tell what you viewed, liked, rated, saved or completed.

        What was completed for more than 70 % moves your taste, or your brand's; the last fifty things viewed are left
        out of recommendations.
        """
        body = NewFeedbackSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        slug = given.pop("brand", "")
        brand = find_acting_brand(request=request, slug=slug) if slug else None
        given["target_id"] = _find_id(given["target_kind"], given["target_id"])
        try:
            kept = record_feedback(
                feedback=GivenFeedback(**given),
                subject=Subject(user=get_user(request), brand=brand),
                now=timezone.now(),
            )
        except FeedbackTargetUnknown as error:
            raise Http404 from error
        return Response(FeedbackSerializer(kept).data, status=201)


def _find_id(kind: str, written: str) -> int:
    if kind != FeedbackTarget.CREATOR:
        return read_id(written)
    found = find_creator_id(handle=written.removeprefix("@").lower())
    if found is None:
        raise Http404
    return found
