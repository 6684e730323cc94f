"""Balances and statements of creators and brands."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.api.parties import PARTY, SCOPES, find_party
from billing.models import Posting
from billing.payment_enums import AccountKind, CauseKind
from billing.queries.parties import CurrencyBalance, Party, list_balances, list_postings
from creators.api.parameters import read_instant, refuse
from veri.platform.http.permissions import HasScope

_WINDOW = [
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="At or after this instant."),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="Before this instant."),
]
_HEADER = ("id", "at", "account", "campaign", "amount_minor", "currency", "cause", "reference")


class BalanceSerializer(serializers.Serializer[CurrencyBalance]):
    currency = serializers.CharField()
    available_minor = serializers.IntegerField(help_text="A creator may have it paid out; a brand gets it back.")
    held_minor = serializers.IntegerField(help_text="Held funds of a brand's campaigns.")
    planned_minor = serializers.IntegerField(help_text="To be released when review windows end.")


class BalancesSerializer(serializers.Serializer[Any]):
    results = BalanceSerializer(many=True)


class StatementLineSerializer(serializers.ModelSerializer[Posting]):
    id = serializers.CharField()
    at = serializers.DateTimeField(source="transfer.recorded_at")
    account = serializers.ChoiceField(source="account.kind", choices=AccountKind.choices)
    campaign = serializers.IntegerField(source="account.campaign_ref", allow_null=True)
    currency = serializers.CharField(source="account.currency")
    cause = serializers.ChoiceField(source="transfer.cause_kind", choices=CauseKind.choices)
    reference = serializers.CharField(source="transfer.cause_reference")

    class Meta:
        model = Posting
        fields = ["id", "at", "account", "campaign", "amount_minor", "currency", "cause", "reference"]
        read_only_fields = fields


@extend_schema(parameters=PARTY)
class BalanceView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="balance_retrieve", responses=BalancesSerializer)
    def get(self, request: Request) -> Response:
        """Show what belongs to a creator or brand, by currency, in minor units."""
        return Response(BalancesSerializer({"results": list_balances(find_party(request))}).data)


@extend_schema(parameters=[*PARTY, *_WINDOW])
class StatementView(generics.ListAPIView[Posting]):
    permission_classes = [HasScope]
    required_scope = SCOPES
    serializer_class = StatementLineSerializer
    queryset = Posting.objects.none()

    def get_queryset(self) -> QuerySet[Posting]:
        return _read_postings(self.request)[1]

    @extend_schema(operation_id="statement_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List every movement of a creator's or brand's money with its cause, latest first."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[*PARTY, *_WINDOW])
class StatementExportView(APIView):
    permission_classes = [HasScope]
    required_scope = SCOPES

    @extend_schema(operation_id="statement_export", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponseBase:
        """Download the statement as CSV, oldest first."""
        party, rows = _read_postings(request)
        name = party.creator.handle if party.creator else party.brand.slug if party.brand else ""
        lines = _write_lines(rows.order_by("pk").iterator(chunk_size=1_000))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="statement-{name}.csv"'
        return response


def _read_postings(request: Request) -> tuple[Party, QuerySet[Posting]]:
    errors: dict[str, str] = {}
    since, until = read_instant(request.GET, "since", errors), read_instant(request.GET, "until", errors)
    if errors:
        raise refuse(errors)
    party = find_party(request)
    return party, list_postings(party, since=since, until=until)


def _write_lines(rows: Iterator[Posting]) -> Iterator[str]:
    """Yield CSV. Nothing in it was written by people, so that no cell begins a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_HEADER)
    for one in rows:
        account, transfer = one.account, one.transfer
        at = transfer.recorded_at.isoformat()
        cause = (transfer.cause_kind, transfer.cause_reference)
        writer.writerow([one.pk, at, account.kind, account.campaign_ref, one.amount_minor, account.currency, *cause])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
