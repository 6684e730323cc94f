"""A brand's or creator's payments: listed, opened at the provider, looked at again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.api.parties import PARTY, SCOPES, find_party
from billing.clients.payments import ProviderError, ProviderNotConfigured, ProviderRefused
from billing.models import PaymentIntent
from billing.payment_enums import CauseKind, IntentState, PaymentPurpose, Provider
from billing.queries.parties import list_payments
from billing.services.ledger import Cause
from billing.services.payments.sending import open_checkout, synchronise_intent
from creators.api.parameters import get_user
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, ProblemError, get_kind_for_status

_REFERENCE = OpenApiParameter("reference", str, OpenApiParameter.PATH, description="The payment's reference.")
UNAVAILABLE = 503


class PaymentSerializer(serializers.ModelSerializer[PaymentIntent]):
    purpose = serializers.ChoiceField(choices=PaymentPurpose.choices)
    provider = serializers.ChoiceField(choices=Provider.choices)
    state = serializers.ChoiceField(choices=IntentState.choices)
    campaign = serializers.IntegerField(source="campaign_ref", allow_null=True)
    checkout_url = serializers.CharField(help_text="Where to pay; empty until the provider has answered.")

    class Meta:
        model = PaymentIntent
        fields = [
            *("reference", "purpose", "provider", "state", "amount_minor", "currency", "campaign", "description"),
            *("checkout_url", "requested_at", "updated_at"),
        ]
        read_only_fields = fields


@extend_schema(parameters=PARTY)
class PaymentListView(generics.ListAPIView[PaymentIntent]):
    permission_classes = [HasScope]
    required_scope = SCOPES
    serializer_class = PaymentSerializer
    queryset = PaymentIntent.objects.none()

    def get_queryset(self) -> QuerySet[PaymentIntent]:
        return list_payments(find_party(self.request))

    @extend_schema(operation_id="payments_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what a creator or brand was asked to pay, latest first."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[_REFERENCE, *PARTY])
class PaymentView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="payments_retrieve", responses=PaymentSerializer)
    def get(self, request: Request, reference: str) -> Response:
        """Show one payment."""
        return Response(PaymentSerializer(_find(request, reference)).data)


@extend_schema(parameters=[_REFERENCE, *PARTY])
class CheckoutView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="payments_checkout", request=None, responses=PaymentSerializer)
    def post(self, request: Request, reference: str) -> Response:
        """Open the page where it is paid; again gives the same page."""
        intent = _find(request, reference)
        with translate_provider_errors():
            opened = open_checkout(intent_id=intent.pk, now=timezone.now())
        return Response(PaymentSerializer(opened).data)


@extend_schema(parameters=[_REFERENCE, *PARTY])
class PaymentSyncView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="payments_sync", request=None, responses=PaymentSerializer)
    def post(self, request: Request, reference: str) -> Response:
        """Ask the provider whether it was paid: for payers who come back before the provider has told us."""
        intent = _find(request, reference)
        cause = Cause(kind=CauseKind.ACTOR, reference=f"payment {intent.reference}", actor=get_user(request))
        with translate_provider_errors():
            found = synchronise_intent(intent_id=intent.pk, cause=cause, now=timezone.now())
        return Response(PaymentSerializer(found).data)


@contextmanager
def translate_provider_errors() -> Iterator[None]:
    """Turn a provider's refusals into answers: 503 when it is away, 409 when it said no."""
    try:
        yield
    except ProviderRefused as error:
        raise ProblemError(kind=CONFLICT, detail="The payment provider refused this.") from error
    except ProviderNotConfigured as error:
        raise ProblemError(kind=CONFLICT, detail="This payment provider is not set up.") from error
    except ProviderError as error:
        kind = get_kind_for_status(UNAVAILABLE)
        raise ProblemError(kind=kind, detail="The payment provider does not answer.") from error


def _find(request: Request, reference: str) -> PaymentIntent:
    try:
        wanted = UUID(reference)
    except ValueError as error:
        raise Http404 from error
    found = list_payments(find_party(request)).filter(reference=wanted).first()
    if found is None:
        raise Http404
    return found
