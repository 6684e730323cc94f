"""What a creator allows: the log, and a decision more."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.creators import find_creator
from creators.api.parameters import get_user
from creators.enums import ConsentPurpose, ConsentSource
from creators.models import ConsentRecord
from creators.queries.consent import list_consents
from creators.services.consent import record_consent
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope

_SCOPES = {
    "GET": "creators:read",
    "HEAD": "creators:read",
    "OPTIONS": "creators:read",
    "POST": "creators:write",
}


class ConsentSerializer(serializers.ModelSerializer[ConsentRecord]):
    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices)
    source = serializers.ChoiceField(choices=ConsentSource.choices)  # type: ignore[assignment]  # the wire's word
    actor = serializers.CharField(source="actor_label")

    class Meta:
        model = ConsentRecord
        fields = ["purpose", "is_granted", "recorded_at", "actor", "source", "reason"]
        read_only_fields = fields


class NewConsentSerializer(serializers.Serializer[Any]):
    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices)
    is_granted = serializers.BooleanField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


@extend_schema(parameters=[OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")])
class ConsentListView(IdempotentViewMixin, generics.ListAPIView[ConsentRecord]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = _SCOPES
    serializer_class = ConsentSerializer
    queryset = ConsentRecord.objects.none()

    def get_queryset(self) -> QuerySet[ConsentRecord]:
        return list_consents(creator=find_creator(request=self.request, handle=self.kwargs["handle"]))

    @extend_schema(operation_id="creators_consents_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List every decision about consent, the latest first; the latest of a purpose holds, none means no."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="creators_consents_create",
        request=NewConsentSerializer,
        responses={200: ConsentSerializer},
        examples=[
            OpenApiExample("Be found by brands", request_only=True, value={"purpose": "discovery", "is_granted": True})
        ],
    )
    def post(self, request: Request, handle: str) -> Response:
        """Grant or withdraw a consent; a decision that already holds is answered as it stands.

        A creator who withdraws `discovery` is found by no brand from that moment on.
        """
        creator = find_creator(request=request, handle=handle)
        body = NewConsentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        record = record_consent(
            creator=creator,
            purpose=ConsentPurpose(given["purpose"]),
            is_granted=given["is_granted"],
            acting_user=get_user(request),
            source=ConsentSource.API,
            now=timezone.now(),
            reason=given.get("reason", ""),
        )
        return Response(ConsentSerializer(record).data)
