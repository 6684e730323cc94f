"""A creator's payouts: listed, and asked for."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.parties import SCOPES, find_named_creator
from billing.models import Payout
from billing.money import LARGEST_MINOR, Money
from billing.payment_enums import PayoutState
from billing.payment_errors import InsufficientFunds
from billing.queries.parties import list_payouts
from billing.services.payouts import request_payout
from creators.api.parameters import get_user
from creators.enums import Currency
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, ProblemError

_CREATOR = OpenApiParameter("creator", str, required=True, description="Your creator's handle.")


class PayoutSerializer(serializers.ModelSerializer[Payout]):
    state = serializers.ChoiceField(choices=PayoutState.choices)

    class Meta:
        model = Payout
        fields = [
            *("reference", "amount_minor", "currency", "state", "bank_reference"),
            *("proposed_at", "approved_at", "sent_at", "settled_at"),
        ]
        read_only_fields = fields


class NewPayoutSerializer(serializers.Serializer[Any]):
    amount_minor = serializers.IntegerField(min_value=1, max_value=LARGEST_MINOR, help_text="Minor units (cents).")
    currency = serializers.ChoiceField(choices=Currency.choices)


@extend_schema(parameters=[_CREATOR])
class PayoutListView(IdempotentViewMixin, generics.ListAPIView[Payout]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = SCOPES
    serializer_class = PayoutSerializer
    queryset = Payout.objects.none()

    def get_queryset(self) -> QuerySet[Payout]:
        return list_payouts(find_named_creator(self.request))

    @extend_schema(operation_id="payouts_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a creator's payouts, latest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="payouts_create", request=NewPayoutSerializer, responses={201: PayoutSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a payout of what is available; staff approve it. 409 when less is available."""
        creator = find_named_creator(request)
        body = NewPayoutSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        amount = Money(minor=body.validated_data["amount_minor"], currency=body.validated_data["currency"])
        try:
            with transaction.atomic(durable=True):
                payout = request_payout(creator=creator, amount=amount, actor=get_user(request), now=timezone.now())
        except InsufficientFunds as error:
            raise ProblemError(kind=CONFLICT, detail="Less than that is available.") from error
        return Response(PayoutSerializer(payout).data, status=201)
