"""What the endpoints of campaigns share: strict amounts, who is asking, what he asks about."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from billing.models import Campaign, Collaboration, Contract, Deliverable, Dispute
from billing.money import LARGEST_MINOR
from billing.queries.campaigns.parties import (
    Actor,
    find_actor,
    find_brand_actor,
    list_campaigns,
    list_collaborations,
)
from billing.queries.contracts.versions import list_contracts
from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, read_id
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope

ID = OpenApiParameter("id", str, OpenApiParameter.PATH)
READ, WRITE = "campaigns:read", "campaigns:write"
SCOPES = {"GET": READ, "HEAD": READ, "OPTIONS": READ, "POST": WRITE, "PATCH": WRITE}
LONGEST_REASON = 500


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST_MINOR})
class AmountField(serializers.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """A JSON integer of minor units: neither a fraction nor a text is taken for one. Services check its bounds."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("A whole number of minor units is required.")
        return data

    def to_representation(self, value: Any) -> int:
        return int(value)


@extend_schema_field(OpenApiTypes.OBJECT)
class DocumentField(serializers.Field):  # type: ignore[type-arg]  # same
    """A JSON object, which the service checks."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("An object is required.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class CampaignReasonSerializer(serializers.Serializer[Any]):
    reason = TextField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")


class CampaignActionView(IdempotentViewMixin, APIView):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope: Any = SCOPES


def find_campaign(*, request: Request, raw: str) -> tuple[Campaign, Actor]:
    """Return a campaign with the caller's side, or answer 404 in the same words for unknown and foreign ones."""
    user = get_user(request)
    campaign = list_campaigns(acting_user=user).filter(pk=read_id(raw)).first()
    actor = find_brand_actor(campaign=campaign, acting_user=user) if campaign else None
    if campaign is None or actor is None:
        raise Http404
    return campaign, actor


def find_collaboration(*, request: Request, raw: str) -> tuple[Collaboration, Actor]:
    """Return a collaboration with the caller's side; 404 as above, and for creators before the first offer."""
    user = get_user(request)
    collaboration = list_collaborations(acting_user=user).filter(pk=read_id(raw)).first()
    actor = find_actor(collaboration=collaboration, acting_user=user) if collaboration else None
    if collaboration is None or actor is None:
        raise Http404
    return collaboration, actor


def find_deliverable(*, request: Request, raw: str) -> tuple[Deliverable, Actor]:
    found = Deliverable.objects.filter(pk=read_id(raw)).first()
    if found is None:
        raise Http404
    collaboration, actor = find_collaboration(request=request, raw=str(found.collaboration_id))
    found.collaboration = collaboration
    return found, actor


def find_dispute(*, request: Request, raw: str) -> tuple[Dispute, Actor]:
    found = Dispute.objects.filter(pk=read_id(raw)).first()
    if found is None:
        raise Http404
    _collaboration, actor = find_collaboration(request=request, raw=str(found.collaboration_id))
    return found, actor


def find_contract(*, request: Request, raw: str) -> tuple[Contract, Actor]:
    user = get_user(request)
    contract = list_contracts(acting_user=user).filter(pk=read_id(raw)).first()
    actor = find_actor(collaboration=contract.collaboration, acting_user=user) if contract else None
    if contract is None or actor is None:
        raise Http404
    return contract, actor
