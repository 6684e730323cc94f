"""Collaborations as each side sees them: where they stand, what may be done, what happened."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.campaigns.fields import (
    ID,
    READ,
    AmountField,
    CampaignActionView,
    CampaignReasonSerializer,
    find_collaboration,
)
from billing.api.campaigns.refusals import translate_refusals
from billing.campaign_enums import COLLABORATION_MOVES, Action, CollaborationState, Side
from billing.models import CampaignEvent, CampaignTask, Collaboration
from billing.queries.campaigns.moves import OpenMove, list_moves
from billing.queries.campaigns.parties import Actor, list_collaborations
from billing.services.campaigns.cancelling import cancel_collaboration
from billing.services.campaigns.closing import close_collaboration
from billing.services.campaigns.production import start_production
from billing.services.campaigns.refunding import refund_collaboration
from billing.services.contracts.sending import send_contract
from billing.services.workflows.tasks import complete_task
from creators.api.parameters import get_user, refuse
from veri.platform.http.permissions import HasScope


class CollaborationSerializer(serializers.ModelSerializer[Collaboration]):
    id = serializers.CharField()
    campaign = serializers.CharField(source="campaign_id")
    title = serializers.CharField(source="campaign.title")
    brand = serializers.CharField(source="campaign.brand.slug")
    creator = serializers.CharField(source="creator.handle", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=CollaborationState.choices)
    fee_minor = AmountField(allow_null=True)
    funded_minor = serializers.IntegerField(help_text="Held funds set aside for it, in minor units.")
    offer = serializers.IntegerField(
        source="accepted_offer.number", allow_null=True, default=None, help_text="The number of the accepted offer."
    )

    class Meta:
        model = Collaboration
        fields = [
            *("id", "campaign", "title", "brand", "creator", "state", "state_changed_at", "fee_minor", "currency"),
            *("platform_fee_minor", "tax_minor", "funded_minor", "offer", "revision_rounds", "review_days"),
            *("release_days", "created_at"),
        ]
        read_only_fields = fields


class OpenMoveSerializer(serializers.Serializer[OpenMove]):
    action = serializers.ChoiceField(choices=Action.choices)
    to = serializers.ChoiceField(choices=CollaborationState.choices)
    is_open = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why it is not open to you.")


class CampaignTaskSerializer(serializers.ModelSerializer[CampaignTask]):
    stage = serializers.ChoiceField(choices=CollaborationState.choices)
    side = serializers.ChoiceField(choices=Side.choices)

    class Meta:
        model = CampaignTask
        fields = ["key", "title", "stage", "side", "is_blocking", "due_at", "done_at"]
        read_only_fields = fields


class CollaborationDetailSerializer(serializers.Serializer[Any]):
    collaboration = CollaborationSerializer()
    side = serializers.ChoiceField(choices=Side.choices, help_text="Whose side you are on.")
    moves = OpenMoveSerializer(many=True)
    tasks = CampaignTaskSerializer(many=True)


class MoveSerializer(CampaignReasonSerializer):
    action = serializers.ChoiceField(choices=COLLABORATION_MOVES)
    values = serializers.DictField(
        required=False, default=dict, help_text="For `send_contract`: values of the template's own variables."
    )


class CampaignEventSerializer(serializers.ModelSerializer[CampaignEvent]):
    id = serializers.CharField()
    action = serializers.ChoiceField(choices=Action.choices)
    side = serializers.ChoiceField(choices=Side.choices)
    facts = serializers.DictField()

    class Meta:
        model = CampaignEvent
        fields = ["id", "action", "state_from", "state_to", "side", "reason", "facts", "at"]
        read_only_fields = fields


_STATE = OpenApiParameter("state", str, enum=CollaborationState.values)


class CollaborationListView(generics.ListAPIView[Collaboration]):
    permission_classes = [HasScope]
    required_scope = READ
    serializer_class = CollaborationSerializer
    queryset = Collaboration.objects.none()

    def get_queryset(self) -> QuerySet[Collaboration]:
        rows = list_collaborations(acting_user=get_user(self.request)).order_by("-id")
        state, campaign = self.request.GET.get("state", ""), self.request.GET.get("campaign", "")
        if state and state not in CollaborationState.values:
            raise refuse({"state": f"Must be one of {', '.join(CollaborationState.values)}."})
        if campaign and not (campaign.isascii() and campaign.isdigit() and len(campaign) <= 18):  # noqa: PLR2004  digits of a bigint
            raise refuse({"campaign": "Must be a campaign's id."})
        rows = rows.filter(state=state) if state else rows
        return rows.filter(campaign=int(campaign)) if campaign else rows

    @extend_schema(
        operation_id="collaborations_list",
        parameters=[_STATE, OpenApiParameter("campaign", str, description="A campaign's id.")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the collaborations of your brands and creators; a creator sees one once he was made an offer."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[ID])
class CollaborationView(CampaignActionView):
    @extend_schema(operation_id="collaborations_retrieve", responses=CollaborationDetailSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Show a collaboration with the moves open to you, and why the others are not."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        told = {
            "collaboration": collaboration,
            "side": actor.side,
            "moves": list_moves(collaboration=collaboration, actor=actor, now=timezone.now()),
            "tasks": CampaignTask.objects.filter(collaboration=collaboration).order_by("due_at", "pk"),
        }
        return Response(CollaborationDetailSerializer(told).data)


@extend_schema(parameters=[ID])
class CollaborationMoveView(CampaignActionView):
    @extend_schema(operation_id="collaborations_move", request=MoveSerializer, responses=CollaborationSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Make a move: 403 when it is another side's, 409 with `reasons` when a guard does not hold."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        body = MoveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            _move(collaboration, actor, body.validated_data)
        shown = list_collaborations(acting_user=get_user(request)).get(pk=collaboration.pk)
        return Response(CollaborationSerializer(shown).data)


def _move(collaboration: Collaboration, actor: Actor, given: dict[str, Any]) -> None:
    reason, now = given["reason"], timezone.now()
    match given["action"]:
        case Action.SEND_CONTRACT:
            send_contract(collaboration=collaboration, actor=actor, reason=reason, values=given["values"], now=now)
        case Action.START:
            start_production(collaboration=collaboration, actor=actor, now=now)
        case Action.CANCEL:
            cancel_collaboration(collaboration=collaboration, actor=actor, reason=reason, now=now)
        case Action.REFUND:
            refund_collaboration(collaboration=collaboration, actor=actor, reason=reason, now=now)
        case _:
            close_collaboration(collaboration=collaboration, actor=actor, reason=reason, now=now)


@extend_schema(parameters=[ID])
class CollaborationEventListView(generics.ListAPIView[CampaignEvent]):
    permission_classes = [HasScope]
    required_scope = READ
    serializer_class = CampaignEventSerializer
    queryset = CampaignEvent.objects.none()

    def get_queryset(self) -> QuerySet[CampaignEvent]:
        collaboration, _actor = find_collaboration(request=self.request, raw=self.kwargs["id"])
        return CampaignEvent.objects.filter(collaboration=collaboration).order_by("-id")

    @extend_schema(operation_id="collaborations_events")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what happened, the latest first."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[ID, OpenApiParameter("key", str, OpenApiParameter.PATH)])
class TaskCompletionView(CampaignActionView):
    @extend_schema(operation_id="collaborations_tasks_complete", request=None, responses=CampaignTaskSerializer)
    def post(self, request: Request, id: str, key: str) -> Response:  # noqa: A002  same
        """Say that a task of your side is done; said again it stays done."""
        collaboration, actor = find_collaboration(request=request, raw=id)
        with translate_refusals():
            task = complete_task(collaboration=collaboration, key=key[:60], actor=actor, now=timezone.now())
        return Response(CampaignTaskSerializer(task).data)
