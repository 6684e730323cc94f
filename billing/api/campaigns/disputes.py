"""Disputes and ratings."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.campaigns.fields import (
    ID,
    LONGEST_REASON,
    CampaignActionView,
    CampaignReasonSerializer,
    find_collaboration,
    find_dispute,
)
from billing.api.campaigns.refusals import translate_refusals
from billing.campaign_enums import DisputeState, Side
from billing.models import Dispute, DisputeStatement, Rating
from billing.models.disputes import MOST_STARS
from billing.money import LARGEST_MINOR
from billing.queries.campaigns.ratings import list_visible_ratings
from billing.services.campaigns.closing import LONGEST_RATING, rate_collaboration
from billing.services.campaigns.disputes import (
    LONGEST_STATEMENT,
    add_statement,
    open_dispute,
    resolve_dispute,
    withdraw_dispute,
)
from creators.api.creator_serializers import TextField


class StatementSerializer(serializers.ModelSerializer[DisputeStatement]):
    side = serializers.ChoiceField(choices=Side.choices)

    class Meta:
        model = DisputeStatement
        fields = ["side", "text", "at"]
        read_only_fields = fields


class DisputeSerializer(serializers.ModelSerializer[Dispute]):
    id = serializers.CharField()
    collaboration = serializers.CharField(source="collaboration_id")
    side = serializers.ChoiceField(choices=Side.choices)
    state = serializers.ChoiceField(choices=DisputeState.choices)
    statements = StatementSerializer(many=True)

    class Meta:
        model = Dispute
        fields = [
            *("id", "collaboration", "side", "state", "opened_at", "released_minor", "refunded_minor"),
            *("resolved_at", "resolution", "statements"),
        ]
        read_only_fields = fields


class DisputesSerializer(serializers.Serializer[Any]):
    results = DisputeSerializer(many=True)


class StatementTextSerializer(serializers.Serializer[Any]):
    text = TextField(max_length=LONGEST_STATEMENT)


class ResolutionSerializer(serializers.Serializer[Any]):
    released_minor = serializers.IntegerField(min_value=0, max_value=LARGEST_MINOR, help_text="To the creator.")
    refunded_minor = serializers.IntegerField(min_value=0, max_value=LARGEST_MINOR, help_text="To the brand.")
    reason = TextField(max_length=LONGEST_REASON)


class RatingSerializer(serializers.ModelSerializer[Rating]):
    side = serializers.ChoiceField(choices=Side.choices)

    class Meta:
        model = Rating
        fields = ["side", "stars", "text", "rated_at"]
        read_only_fields = fields


class RatingsSerializer(serializers.Serializer[Any]):
    results = RatingSerializer(many=True)


class NewRatingSerializer(serializers.Serializer[Any]):
    stars = serializers.IntegerField(min_value=1, max_value=MOST_STARS)
    text = TextField(max_length=LONGEST_RATING, required=False, allow_blank=True, default="")


def _show(dispute: Dispute) -> dict[str, Any]:
    return dict(DisputeSerializer(Dispute.objects.prefetch_related("statements").get(pk=dispute.pk)).data)


@extend_schema(parameters=[ID])
class DisputeListView(CampaignActionView):
    @extend_schema(operation_id="collaborations_disputes", responses=DisputesSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """List the disputes of a collaboration with what each side said."""
        collaboration, _actor = find_collaboration(request=request, raw=id)
        rows = collaboration.disputes.prefetch_related("statements").order_by("-pk")
        return Response(DisputesSerializer({"results": rows}).data)

    @extend_schema(
        operation_id="collaborations_dispute", request=StatementTextSerializer, responses={201: DisputeSerializer}
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Open a dispute: what is held stays held until staff decide."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        body = StatementTextSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            dispute = open_dispute(
                collaboration=collaboration, actor=actor, text=body.validated_data["text"], now=timezone.now()
            )
        return Response(_show(dispute), status=201)


@extend_schema(parameters=[ID])
class StatementView(CampaignActionView):
    @extend_schema(operation_id="disputes_state", request=StatementTextSerializer, responses={201: DisputeSerializer})
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Say something in an open dispute."""
        dispute, actor = find_dispute(request=request, raw=id)
        body = StatementTextSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            add_statement(dispute=dispute, actor=actor, text=body.validated_data["text"], now=timezone.now())
        return Response(_show(dispute), status=201)


@extend_schema(parameters=[ID])
class ResolutionView(CampaignActionView):
    @extend_schema(operation_id="disputes_resolve", request=ResolutionSerializer, responses=DisputeSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Divide what is held, for staff: the two parts must sum to it."""
        dispute, actor = find_dispute(request=request, raw=id)
        body = ResolutionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            resolve_dispute(dispute=dispute, actor=actor, now=timezone.now(), **body.validated_data)
        return Response(_show(dispute))


@extend_schema(parameters=[ID])
class WithdrawalView(CampaignActionView):
    @extend_schema(operation_id="disputes_withdraw", request=CampaignReasonSerializer, responses=DisputeSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Take a dispute back: the collaboration goes on where it stood."""
        dispute, actor = find_dispute(request=request, raw=id)
        body = CampaignReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            withdraw_dispute(dispute=dispute, actor=actor, reason=body.validated_data["reason"], now=timezone.now())
        return Response(_show(dispute))


@extend_schema(parameters=[ID])
class RatingListView(CampaignActionView):
    @extend_schema(operation_id="collaborations_ratings", responses=RatingsSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """List the ratings you may see: the other side's once both have rated, or two weeks after the close."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        rows = list_visible_ratings(collaboration=collaboration, side=actor.side, now=timezone.now())
        return Response(RatingsSerializer({"results": rows}).data)

    @extend_schema(operation_id="collaborations_rate", request=NewRatingSerializer, responses={201: RatingSerializer})
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Rate the other side, once, within two weeks of the close."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        body = NewRatingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            rating = rate_collaboration(
                collaboration=collaboration, actor=actor, now=timezone.now(), **body.validated_data
            )
        return Response(RatingSerializer(rating).data, status=201)
