"""The campaign board: who stands where, what it is worth, what is overdue."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from billing.queries.campaigns.board import CARDS, build_board
from billing.services.campaigns.advancing import BATCH
from creators.models import Brand
from veri.console.rendering import render_page, require_permission

SEE = "billing.view_collaboration"
_LONGEST_SLUG = 50


@require_permission(SEE)
def show_board(request: HttpRequest) -> HttpResponse:
    slug = request.GET.get("brand", "").replace("\0", "")[:_LONGEST_SLUG]
    return render_page(
        request,
        "console/campaigns/board.html",
        title="Campaigns",
        columns=build_board(brand_slug=slug, now=timezone.now()),
        brands=Brand.objects.filter(campaigns__isnull=False).distinct().order_by("name")[:BATCH],
        chosen=slug,
        shown_cards=CARDS,
    )
