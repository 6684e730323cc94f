"""A brand's campaigns: made, changed, briefed, ended, funded; creators are invited to them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.campaigns.collaborations import CampaignEventSerializer, CollaborationSerializer
from billing.api.campaigns.fields import (
    ID,
    READ,
    SCOPES,
    AmountField,
    CampaignActionView,
    CampaignReasonSerializer,
    find_campaign,
)
from billing.api.campaigns.refusals import translate_refusals
from billing.campaign_enums import (
    CAMPAIGN_MOVES,
    Action,
    CampaignKind,
    CampaignState,
    DeliverableFormat,
    Side,
    UsageChannel,
)
from billing.campaign_terms import MOST_DAYS, MOST_DELIVERABLES
from billing.models import Campaign, CampaignEvent, PaymentIntent
from billing.money import LARGEST_MINOR
from billing.payment_enums import IntentState, Provider
from billing.queries.campaigns.parties import Actor, list_campaigns, list_collaborations
from billing.services.campaigns.campaigns import (
    brief_campaign,
    change_campaign,
    create_campaign,
    end_campaign,
    invite_creator,
)
from billing.services.campaigns.funding import ask_for_funding
from billing.services.held_funds import get_held
from creators.api.brands import find_acting_brand
from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user
from creators.categories import CATEGORY_CHOICES
from creators.enums import Currency, Platform
from creators.models import Creator
from creators.queries.exploring.saved_lists import get_findable_creator
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope

_CATEGORIES = [("", "None"), *CATEGORY_CHOICES]


class RequirementSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    format = serializers.ChoiceField(choices=DeliverableFormat.choices)
    count = serializers.IntegerField(min_value=1, max_value=MOST_DELIVERABLES, default=1)
    notes = TextField(max_length=500, required=False, allow_blank=True, default="")


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    id = serializers.CharField()
    brand = serializers.CharField(source="brand.slug")
    kind = serializers.ChoiceField(choices=CampaignKind.choices)
    state = serializers.ChoiceField(choices=CampaignState.choices)
    budget_minor = AmountField()
    currency = serializers.ChoiceField(choices=Currency.choices)
    usage_channels = serializers.ListField(child=serializers.ChoiceField(choices=UsageChannel.choices))
    requirements = RequirementSerializer(many=True)
    workflow = serializers.CharField(source="workflow_version.template.name")
    workflow_version = serializers.IntegerField(source="workflow_version.number")

    class Meta:
        model = Campaign
        fields = [
            *("id", "brand", "title", "kind", "objectives", "state", "budget_minor", "currency", "timezone"),
            *("starts_on", "ends_on", "category", "requirements", "exclusivity_category", "exclusivity_days"),
            *("usage_channels", "usage_days", "usage_territory", "workflow", "workflow_version", "created_at"),
        ]
        read_only_fields = fields


class NewCampaignSerializer(serializers.Serializer[Any]):
    brand = TextField(max_length=50, required=False, default="", help_text="The slug of the brand, if several.")
    title = TextField(max_length=120)
    kind = serializers.ChoiceField(choices=CampaignKind.choices)
    objectives = TextField(max_length=10_000, required=False, allow_blank=True, default="")
    budget_minor = AmountField(help_text="In minor units (cents).")
    currency = serializers.ChoiceField(choices=Currency.choices)
    timezone = TextField(max_length=64, required=False, default="UTC", help_text="Days are local to it.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day after the campaign.")
    category = serializers.ChoiceField(choices=_CATEGORIES, required=False, default="", allow_blank=True)
    requirements = RequirementSerializer(  # type: ignore[call-arg]  # a list of them takes its length
        many=True, required=False, default=list, max_length=MOST_DELIVERABLES, help_text="Wanted of each creator."
    )
    exclusivity_category = serializers.ChoiceField(choices=_CATEGORIES, required=False, default="", allow_blank=True)
    exclusivity_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, required=False, default=0)
    usage_channels = serializers.ListField(
        child=serializers.ChoiceField(choices=UsageChannel.choices), max_length=6, required=False, default=list
    )
    usage_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, required=False, default=0)
    usage_territory = TextField(max_length=80, required=False, allow_blank=True, default="")


class CampaignChangeSerializer(NewCampaignSerializer):
    """What is left out stays as it is; the brand and the kind cannot be changed."""

    brand = None  # type: ignore[assignment]  # DRF's way to leave a field out
    kind = None  # type: ignore[assignment]  # same


class CampaignMoveSerializer(CampaignReasonSerializer):
    action = serializers.ChoiceField(choices=CAMPAIGN_MOVES)


class InvitationSerializer(serializers.Serializer[Any]):
    creator = TextField(max_length=31, help_text="The handle of a creator who may be found.")


class FundingSerializer(serializers.Serializer[Any]):
    amount_minor = AmountField(required=False, allow_null=True, default=None, help_text="By default what is missing.")
    provider = serializers.ChoiceField(choices=Provider.choices, required=False, default="", allow_blank=True)


class FundingAnswerSerializer(serializers.ModelSerializer[PaymentIntent]):
    id = serializers.CharField()
    state = serializers.ChoiceField(choices=IntentState.choices)
    amount_minor = AmountField()

    class Meta:
        model = PaymentIntent
        fields = ["id", "reference", "state", "provider", "amount_minor", "currency", "checkout_url", "requested_at"]
        read_only_fields = fields


class HeldFundsSerializer(serializers.Serializer[Any]):
    held_minor = serializers.IntegerField(min_value=0, max_value=LARGEST_MINOR, help_text="Held funds, minor units.")
    currency = serializers.CharField()
    payments = FundingAnswerSerializer(many=True)


class CampaignListView(IdempotentViewMixin, generics.ListAPIView[Campaign]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = SCOPES
    serializer_class = CampaignSerializer
    queryset = Campaign.objects.none()

    def get_queryset(self) -> QuerySet[Campaign]:
        return list_campaigns(acting_user=get_user(self.request)).order_by("-id")

    @extend_schema(operation_id="campaigns_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the campaigns of the brands you act for."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="campaigns_create", request=NewCampaignSerializer, responses={201: CampaignSerializer})
    def post(self, request: Request) -> Response:
        """Make a draft; it keeps the workflow its kind has now."""
        body = NewCampaignSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        user = get_user(request)
        brand = find_acting_brand(request=request, slug=given.pop("brand"))
        side = Side.BRAND if brand.members.filter(user=user).exclude(role="former").exists() else Side.STAFF
        with translate_refusals():
            made = create_campaign(brand=brand, actor=Actor(side=side, user=user), now=timezone.now(), **given)
        return Response(CampaignSerializer(made).data, status=201)


@extend_schema(parameters=[ID])
class CampaignView(CampaignActionView):
    @extend_schema(operation_id="campaigns_retrieve", responses=CampaignSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Show a campaign of yours."""
        campaign, _actor = find_campaign(request=request, raw=id)
        return Response(CampaignSerializer(campaign).data)

    @extend_schema(
        operation_id="campaigns_update", request=CampaignChangeSerializer(partial=True), responses=CampaignSerializer
    )
    def patch(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Change a draft; 409 once it is briefed."""
        campaign, actor = find_campaign(request=request, raw=id)
        body = CampaignChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            changed = change_campaign(campaign=campaign, actor=actor, now=timezone.now(), **body.validated_data)
        return Response(CampaignSerializer(changed).data)


@extend_schema(parameters=[ID])
class CampaignEventListView(generics.ListAPIView[CampaignEvent]):
    permission_classes = [HasScope]
    required_scope = READ
    serializer_class = CampaignEventSerializer
    queryset = CampaignEvent.objects.none()

    def get_queryset(self) -> QuerySet[CampaignEvent]:
        campaign, _actor = find_campaign(request=self.request, raw=self.kwargs["id"])
        return CampaignEvent.objects.filter(campaign=campaign).order_by("-id")

    @extend_schema(operation_id="campaigns_events")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what happened in a campaign and all of its collaborations, the latest first."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[ID])
class CampaignMoveView(CampaignActionView):
    @extend_schema(operation_id="campaigns_move", request=CampaignMoveSerializer, responses=CampaignSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Brief, close or cancel a campaign: 409 with `reasons` while collaborations are under way."""
        campaign, actor = find_campaign(request=request, raw=id)
        body = CampaignMoveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, now = body.validated_data, timezone.now()
        with translate_refusals():
            if given["action"] == Action.BRIEF:
                moved = brief_campaign(campaign=campaign, actor=actor, reason=given["reason"], now=now)
            else:
                action = Action(given["action"])
                moved = end_campaign(campaign=campaign, action=action, actor=actor, reason=given["reason"], now=now)
        return Response(CampaignSerializer(moved).data)


@extend_schema(parameters=[ID])
class InvitationView(CampaignActionView):
    @extend_schema(
        operation_id="campaigns_invite", request=InvitationSerializer, responses={201: CollaborationSerializer}
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Let a creator take part; who cannot be found is 404, who takes part already 409."""
        campaign, actor = find_campaign(request=request, raw=id)
        body = InvitationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            creator = get_findable_creator(handle=body.validated_data["creator"].removeprefix("@").lower())
        except Creator.DoesNotExist as error:
            raise Http404 from error
        with translate_refusals():
            made = invite_creator(campaign=campaign, creator=creator, actor=actor, now=timezone.now())
        shown = list_collaborations(acting_user=get_user(request)).get(pk=made.pk)
        return Response(CollaborationSerializer(shown).data, status=201)


@extend_schema(parameters=[ID])
class FundingView(CampaignActionView):
    @extend_schema(operation_id="campaigns_held_funds", responses=HeldFundsSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Show what is held for a campaign and which payments were asked for."""
        campaign, _actor = find_campaign(request=request, raw=id)
        held = get_held(campaign.pk)
        payments = PaymentIntent.objects.filter(campaign_ref=campaign.pk).order_by("-pk")[:100]
        told = {"held_minor": held.minor, "currency": campaign.currency, "payments": payments}
        return Response(HeldFundsSerializer(told).data)

    @extend_schema(operation_id="campaigns_fund", request=FundingSerializer, responses={201: FundingAnswerSerializer})
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Ask for a checkout of what the signed collaborations lack; asked again, the open one is the answer.

        The address of the checkout comes a moment later: look again with GET.
        """
        campaign, actor = find_campaign(request=request, raw=id)
        body = FundingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            intent = ask_for_funding(campaign=campaign, actor=actor, now=timezone.now(), **body.validated_data)
        return Response(FundingAnswerSerializer(intent).data, status=201)
