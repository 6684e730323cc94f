"""What people say of themselves when they begin, and what could come next."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, refuse
from creators.enums import CreatorStage, NextStep
from creators.errors import UnknownInterests
from creators.models import Interest, OnboardingAnswers
from creators.queries.onboarding import Suggestions, get_answers, get_suggestions, list_interests
from creators.services.accounts.onboarding import save_answers
from veri.platform.http.permissions import IsPerson

MOST_INTERESTS = 20


class InterestSerializer(serializers.ModelSerializer[Interest]):
    class Meta:
        model = Interest
        fields = ["slug", "name"]
        read_only_fields = fields


class AnswersSerializer(serializers.Serializer[Any]):
    building = TextField(max_length=500, allow_blank=True, help_text="What are you building?")
    stage = serializers.ChoiceField(choices=CreatorStage.choices, allow_blank=True)
    interests = serializers.ListField(
        child=TextField(max_length=40), max_length=MOST_INTERESTS, help_text="Slugs of the list."
    )


class OnboardingSerializer(AnswersSerializer):
    completed_at = serializers.DateTimeField(allow_null=True)
    choices = InterestSerializer(many=True, help_text="The interests to choose from.")


class SuggestedStepSerializer(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=NextStep.choices)
    detail = serializers.CharField()


class SuggestedCreatorSerializer(serializers.Serializer[Any]):
    handle = serializers.CharField()
    display_name = serializers.CharField()
    shared = serializers.ListField(child=serializers.CharField())


class SuggestionsSerializer(serializers.Serializer[Suggestions]):
    steps = SuggestedStepSerializer(many=True)
    creators = SuggestedCreatorSerializer(many=True)


def _describe(answers: OnboardingAnswers | None) -> dict[str, Any]:
    return {
        "building": answers.building if answers else "",
        "stage": answers.stage if answers else "",
        "interests": answers.interests if answers else [],
        "completed_at": answers.completed_at if answers else None,
        "choices": InterestSerializer(list_interests(), many=True).data,
    }


class OnboardingView(APIView):
    permission_classes = [IsPerson]

    @extend_schema(operation_id="onboarding_retrieve", responses=OnboardingSerializer)
    def get(self, request: Request) -> Response:
        """Show your answers, and the interests to choose from."""
        return Response(_describe(get_answers(user=get_user(request))))

    @extend_schema(
        operation_id="onboarding_save",
        request=AnswersSerializer,
        responses={200: OnboardingSerializer},
        examples=[
            OpenApiExample(
                "Answers",
                request_only=True,
                value={"building": "A bakery channel", "stage": "starting", "interests": ["cooking", "film"]},
            )
        ],
    )
    def put(self, request: Request) -> Response:
        """Save your answers; complete when each question has one."""
        body = AnswersSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            answers = save_answers(user=get_user(request), now=timezone.now(), **body.validated_data)
        except UnknownInterests as error:
            raise refuse({"interests": str(error)}) from error
        return Response(_describe(answers))


class SuggestionsView(APIView):
    permission_classes = [IsPerson]

    @extend_schema(operation_id="onboarding_suggestions", responses=SuggestionsSerializer)
    def get(self, request: Request) -> Response:
        """Suggest what to do next, and creators who share your interests and may be found."""
        found = get_suggestions(user=get_user(request))
        steps = [{"step": step.value, "detail": step.label} for step in found.steps]
        return Response({"steps": steps, "creators": SuggestedCreatorSerializer(found.creators, many=True).data})
