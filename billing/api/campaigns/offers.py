"""Offers, counter-offers and answers."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.campaigns.collaborations import CollaborationSerializer
from billing.api.campaigns.fields import (
    ID,
    SCOPES,
    AmountField,
    CampaignActionView,
    CampaignReasonSerializer,
    DocumentField,
    find_collaboration,
)
from billing.api.campaigns.refusals import translate_refusals
from billing.campaign_enums import OfferState, Side
from billing.models import Offer
from billing.queries.campaigns.parties import list_collaborations
from billing.services.campaigns.offers import LONGEST_MESSAGE, MOST_OFFER_DAYS, accept_offer, decline_offer, make_offer
from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, read_id
from creators.enums import Currency
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope

_NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="The offer's number.")
_EXAMPLE = {
    "amount_minor": 120_000,
    "currency": "EUR",
    "terms": {
        "deliverables": [
            {
                "title": "Bread video",
                "platform": "youtube",
                "format": "video",
                "due_on": "2026-12-10",
                "share_minor": 120_000,
            }
        ],
        "revision_rounds": 1,
        "review_days": 5,
        "exclusivity_category": "food",
        "exclusivity_days": 30,
        "usage_channels": ["organic"],
        "usage_days": 90,
        "usage_territory": "EU",
    },
}


class OfferSerializer(serializers.ModelSerializer[Offer]):
    side = serializers.ChoiceField(choices=Side.choices)
    state = serializers.ChoiceField(choices=OfferState.choices)
    amount_minor = AmountField()
    terms = DocumentField()
    answers = serializers.IntegerField(source="answers.number", allow_null=True, default=None)

    class Meta:
        model = Offer
        fields = [
            *("number", "side", "amount_minor", "currency", "terms", "message", "answers", "is_amendment", "state"),
            *("made_at", "expires_at", "decided_at"),
        ]
        read_only_fields = fields


class NewOfferSerializer(serializers.Serializer[Any]):
    amount_minor = AmountField(help_text="In minor units (cents), in the campaign's currency.")
    currency = serializers.ChoiceField(choices=Currency.choices)
    terms = DocumentField(help_text="Deliverables whose shares sum to the amount, and what binds whom.")
    answers = serializers.IntegerField(
        min_value=1, max_value=10_000, required=False, allow_null=True, default=None,
        help_text="The number of the open offer this one answers.",
    )  # fmt: skip
    message = TextField(max_length=LONGEST_MESSAGE, required=False, allow_blank=True, default="")
    valid_days = serializers.IntegerField(
        min_value=1, max_value=MOST_OFFER_DAYS, required=False, allow_null=True, default=None
    )


@extend_schema(parameters=[ID])
class OfferListView(IdempotentViewMixin, generics.ListAPIView[Offer]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = SCOPES
    serializer_class = OfferSerializer
    queryset = Offer.objects.none()

    def get_queryset(self) -> QuerySet[Offer]:
        collaboration, _actor = find_collaboration(request=self.request, raw=self.kwargs["id"])
        return Offer.objects.filter(collaboration=collaboration).select_related("answers").order_by("-id")

    @extend_schema(operation_id="offers_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the offers of a collaboration, the latest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="offers_create",
        request=NewOfferSerializer,
        responses={201: OfferSerializer},
        examples=[OpenApiExample("An offer", request_only=True, value=_EXAMPLE)],
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Make an offer, answer one with another, or propose other terms for a contract.

        409 when `answers` is not the open offer.
        """
        collaboration, actor = find_collaboration(request=request, raw=id)
        body = NewOfferSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            offer = make_offer(collaboration=collaboration, actor=actor, now=timezone.now(), **body.validated_data)
        return Response(OfferSerializer(offer).data, status=201)


@extend_schema(parameters=[ID, _NUMBER])
class AcceptanceView(CampaignActionView):
    @extend_schema(operation_id="offers_accept", request=None, responses=CollaborationSerializer)
    def post(self, request: Request, id: str, number: str) -> Response:  # noqa: A002  same
        """Accept an offer: 409 when it is not the latest open one."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        with translate_refusals():
            accept_offer(collaboration=collaboration, number=read_id(number), actor=actor, now=timezone.now())
        shown = list_collaborations(acting_user=get_user(request)).get(pk=collaboration.pk)
        return Response(CollaborationSerializer(shown).data)


@extend_schema(parameters=[ID, _NUMBER])
class RefusalView(CampaignActionView):
    @extend_schema(operation_id="offers_decline", request=CampaignReasonSerializer, responses=CollaborationSerializer)
    def post(self, request: Request, id: str, number: str) -> Response:  # noqa: A002  same
        """Decline an offer: the collaboration ends with it; an amendment only falls."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        body = CampaignReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            decline_offer(
                collaboration=collaboration, number=read_id(number), actor=actor, now=timezone.now(),
                reason=body.validated_data["reason"],
            )  # fmt: skip
        shown = list_collaborations(acting_user=get_user(request)).get(pk=collaboration.pk)
        return Response(CollaborationSerializer(shown).data)
