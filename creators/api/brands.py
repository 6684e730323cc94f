"""The brands the caller acts for."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.parameters import get_user, refuse
from creators.errors import BrandNotChosen, NotABrandMember
from creators.models import Brand
from creators.queries.brands import get_acting_brand, list_brands
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import PERMISSION_DENIED, ProblemError


class BrandSerializer(serializers.ModelSerializer[Brand]):
    class Meta:
        model = Brand
        fields = ["slug", "name", "description", "website", "created_at"]
        read_only_fields = fields


class BrandListView(generics.ListAPIView[Brand]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = BrandSerializer
    queryset = Brand.objects.none()

    def get_queryset(self) -> QuerySet[Brand]:
        return list_brands(acting_user=get_user(self.request))

    @extend_schema(operation_id="brands_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the brands you act for; staff see all."""
        return super().get(request, *args, **kwargs)


def find_acting_brand(*, request: Request, slug: str) -> Brand:
    """Return the brand the caller acts for.

    Raises:
        ProblemError: 403 when there is none, 400 when one must be named.
    """
    try:
        return get_acting_brand(acting_user=get_user(request), slug=slug)
    except NotABrandMember as error:
        raise ProblemError(kind=PERMISSION_DENIED, detail=str(error)) from error
    except BrandNotChosen as error:
        raise refuse({"brand": str(error)}) from error
