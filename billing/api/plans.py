"""What can be subscribed to, and a creator's or brand's subscription."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.api.parties import PARTY, READ, SCOPES, find_party
from billing.models import PlanVersion, Subscription
from billing.payment_enums import SubscriptionState
from billing.payment_errors import SubscriptionRefused
from billing.queries.parties import Party, find_subscription
from billing.queries.plans import find_offered, list_offered
from billing.services.plans import cancel_subscription, change_plan, start_subscription
from creators.api.parameters import get_user, refuse
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, ProblemError


class OfferedPlanSerializer(serializers.Serializer[PlanVersion]):
    code = serializers.CharField(source="plan.code")
    name = serializers.CharField(source="plan.name")
    price_minor = serializers.IntegerField(help_text="A month, in minor units, with its tax.")
    currency = serializers.CharField()
    tax_basis_points = serializers.IntegerField()
    trial_days = serializers.IntegerField()
    quotas = serializers.DictField(child=serializers.IntegerField(), help_text="Units a month, by feature.")


class PlansSerializer(serializers.Serializer[Any]):
    results = OfferedPlanSerializer(many=True)


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    plan = OfferedPlanSerializer(source="version")
    next_plan = OfferedPlanSerializer(source="next_version", allow_null=True, help_text="From the next period on.")
    state = serializers.ChoiceField(choices=SubscriptionState.choices)
    consent_url = serializers.CharField(help_text="Where to consent to monthly charges.")

    class Meta:
        model = Subscription
        fields = [
            *("reference", "plan", "next_plan", "state", "cancels_at_end", "consent_url", "started_at", "due_at"),
            "ended_at",
        ]
        read_only_fields = fields


class PlanChoiceSerializer(serializers.Serializer[Any]):
    plan = serializers.RegexField(r"\A[a-z0-9-]{1,40}\Z", help_text="The plan's code.")


class PlanListView(APIView):
    permission_classes = [HasScope]
    required_scope = READ

    @extend_schema(operation_id="plans_list", responses=PlansSerializer)
    def get(self, request: Request) -> Response:
        """List what can be subscribed to."""
        return Response(PlansSerializer({"results": list_offered()}).data)


@extend_schema(parameters=PARTY)
class SubscriptionView(IdempotentViewMixin, APIView):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="subscription_retrieve", responses=SubscriptionSerializer)
    def get(self, request: Request) -> Response:
        """Show the subscription of a creator or brand, or the last one there was."""
        return Response(SubscriptionSerializer(_find(find_party(request))).data)

    @extend_schema(
        operation_id="subscription_start", request=PlanChoiceSerializer, responses={201: SubscriptionSerializer}
    )
    def post(self, request: Request) -> Response:
        """Subscribe; where to consent to the charges follows. 409 when there is a subscription already."""
        party, version = find_party(request), _read_version(request)
        with _translate_refusals():
            start_subscription(
                version=version,
                creator=party.creator,
                brand=party.brand,
                actor=get_user(request),
                zone=party.creator.timezone if party.creator else "UTC",
                now=timezone.now(),
            )
        return Response(SubscriptionSerializer(_find(party)).data, status=201)

    @extend_schema(operation_id="subscription_change", request=PlanChoiceSerializer, responses=SubscriptionSerializer)
    def patch(self, request: Request) -> Response:
        """Move to another plan: a dearer one once the difference is paid, another from the next period on."""
        party, version = find_party(request), _read_version(request)
        with _translate_refusals():
            change_plan(subscription_id=_find(party).pk, version=version, actor=get_user(request), now=timezone.now())
        return Response(SubscriptionSerializer(_find(party)).data)

    @extend_schema(operation_id="subscription_cancel", request=None, responses=SubscriptionSerializer)
    def delete(self, request: Request) -> Response:
        """Cancel at the end of what is paid."""
        party = find_party(request)
        with _translate_refusals():
            cancel_subscription(subscription_id=_find(party).pk, actor=get_user(request), reason="", now=timezone.now())
        return Response(SubscriptionSerializer(_find(party)).data)


@contextmanager
def _translate_refusals() -> Iterator[None]:
    """Turn a refusal into 409."""
    try:
        yield
    except SubscriptionRefused as error:
        raise ProblemError(kind=CONFLICT, detail=str(error)) from error


def _find(party: Party) -> Subscription:
    found = find_subscription(party)
    if found is None:
        raise Http404
    return found


def _read_version(request: Request) -> PlanVersion:
    body = PlanChoiceSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    found = find_offered(code=body.validated_data["plan"])
    if found is None:
        raise refuse({"plan": "No plan has this code."})
    return found
