"""Whose money a request is about."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from billing.queries.parties import Party
from creators.api.brands import find_acting_brand
from creators.api.creators import find_creator
from creators.api.parameters import refuse
from creators.models import Creator

READ, WRITE = "billing:read", "billing:write"
SCOPES = {
    **dict.fromkeys(("GET", "HEAD", "OPTIONS"), READ),
    **dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), WRITE),
}
CREATOR = OpenApiParameter("creator", str, description="Your creator's handle. Either this or `brand` is needed.")
BRAND = OpenApiParameter("brand", str, description="The slug of a brand you act for.")
PARTY = [CREATOR, BRAND]
_LONGEST_SLUG = 50


def find_party(request: Request) -> Party:
    """Return whom ``?creator=`` or ``?brand=`` names.

    Raises:
        ProblemError: 400 unless exactly one is named, 403 for another's brand.
        Http404: no creator of the caller's.
    """
    handle, slug = request.GET.get("creator", ""), request.GET.get("brand", "")
    if bool(handle) == bool(slug):
        raise refuse({"creator": "Name either a creator or a brand."})
    if handle:
        return Party(creator=find_creator(request=request, handle=handle))
    if "\0" in slug or len(slug) > _LONGEST_SLUG:
        raise refuse({"brand": "This is no brand's slug."})
    return Party(brand=find_acting_brand(request=request, slug=slug))


def find_named_creator(request: Request) -> Creator:
    """Return the creator ``?creator=`` names.

    Raises:
        ProblemError: 400 without one.
        Http404: no creator of the caller's.
    """
    handle = request.GET.get("creator", "")
    if not handle:
        raise refuse({"creator": "A creator's handle is required."})
    return find_creator(request=request, handle=handle)
