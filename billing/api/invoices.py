"""Invoices and credit notes of creators and brands, and whom they are made out to."""

import csv
import io
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.api.parties import PARTY, SCOPES, find_party
from billing.models import BillingProfile, Invoice
from billing.payment_enums import InvoiceKind
from billing.queries.parties import list_invoices
from billing.services.invoices.profiles import set_profile
from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, read_id
from veri.platform.http.permissions import HasScope

_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="The document's id.")
_HEADER = (
    *("number", "kind", "corrects", "issued_at", "buyer_name", "buyer_tax_id", "buyer_country"),
    *("net_minor", "tax_minor", "total_minor", "currency"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    id = serializers.CharField()
    number = serializers.CharField(source="label")
    kind = serializers.ChoiceField(choices=InvoiceKind.choices)
    corrects = serializers.CharField(source="corrects.label", default=None, allow_null=True)

    class Meta:
        model = Invoice
        fields = [
            *("id", "number", "kind", "corrects", "buyer_name", "buyer_tax_id", "buyer_address", "buyer_country"),
            *("net_minor", "tax_minor", "total_minor", "currency", "issued_at", "sha256"),
        ]
        read_only_fields = fields


class BillingProfileSerializer(serializers.Serializer[BillingProfile]):
    legal_name = TextField(max_length=120)
    tax_id = TextField(max_length=40, allow_blank=True, default="")
    address = TextField(max_length=300, allow_blank=True, default="")
    country = serializers.RegexField(r"\A[A-Z]{2}\Z", default="", allow_blank=True, help_text="ISO 3166, two letters.")


@extend_schema(parameters=PARTY)
class InvoiceListView(generics.ListAPIView[Invoice]):
    permission_classes = [HasScope]
    required_scope = SCOPES
    serializer_class = InvoiceSerializer
    queryset = Invoice.objects.none()

    def get_queryset(self) -> QuerySet[Invoice]:
        return list_invoices(find_party(self.request))

    @extend_schema(operation_id="invoices_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a creator's or brand's invoices and credit notes, latest first."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[_ID, *PARTY])
class InvoicePdfView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="invoices_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, id: str) -> HttpResponse:  # noqa: A002  the address's name
        """Download one document as it was issued."""
        found = list_invoices(find_party(request)).defer(None).filter(pk=read_id(id)).first()
        if found is None:
            raise Http404
        response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{found.label}.pdf"'
        return response


@extend_schema(parameters=PARTY)
class InvoiceExportView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="invoices_export", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Download all documents as CSV, oldest first."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(_HEADER)
        for one in list_invoices(find_party(request)).order_by("pk"):
            corrects = one.corrects.label if one.corrects else ""
            buyer = [_guard(text) for text in (one.buyer_name, one.buyer_tax_id, one.buyer_country)]
            amounts = (one.net_minor, one.tax_minor, one.total_minor, one.currency)
            writer.writerow([one.label, one.kind, corrects, one.issued_at.isoformat(), *buyer, *amounts])
        response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="invoices.csv"'
        return response


@extend_schema(parameters=PARTY)
class BillingProfileView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="billing_profile_retrieve", responses=BillingProfileSerializer)
    def get(self, request: Request) -> Response:
        """Show whom documents are made out to."""
        found = BillingProfile.objects.filter(find_party(request).owned).first() or BillingProfile()
        return Response(BillingProfileSerializer(found).data)

    @extend_schema(
        operation_id="billing_profile_set", request=BillingProfileSerializer, responses=BillingProfileSerializer
    )
    def put(self, request: Request) -> Response:
        """Set it whole; documents that were issued stay as they are."""
        party = find_party(request)
        body = BillingProfileSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        profile = set_profile(
            creator=party.creator,
            brand=party.brand,
            actor=get_user(request),
            now=timezone.now(),
            **body.validated_data,
        )
        return Response(BillingProfileSerializer(profile).data)


def _guard(text: str) -> str:
    """Keep a spreadsheet from taking what people wrote for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
