"""One dataset: where it stands, what comes next, how it fares, what may be done, what was done."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from migration.enums import Stage
from migration.models import Preflight
from veri.console.pages.datasets.charts import draw_charts
from veri.console.pages.datasets.overview import SEE
from veri.console.pages.datasets.proof import collect_proof
from veri.console.pages.datasets.reads import collect_reads
from veri.console.pages.datasets.relay import collect_relay
from veri.console.rendering import render_fragment, render_page, require_permission
from veri.console.status.datasets import describe_card
from veri.console.status.trail import list_trail
from veri.console.steps import Situation, list_buttons, list_situations

WINDOWS = {"1": "1 hour", "6": "6 hours", "24": "1 day", "168": "1 week", "336": "2 weeks"}
DEFAULT_WINDOW = "6"
COPYING = (Stage.CAPTURE, Stage.BACKFILL, Stage.CATCHUP)  # the copy is what matters then
SEE_AUDIT = "ops.view_auditentry"


@require_permission(SEE)
def show_dataset(request: HttpRequest, dataset: str) -> HttpResponse:
    at = _find(dataset)
    return render_page(request, "console/dataset_page.html", title=at.status.label, **_collect(request, at))


@require_permission(SEE)
def show_dataset_fragment(request: HttpRequest, dataset: str) -> HttpResponse:
    return render_fragment(request, "console/dataset.html", **_collect(request, _find(dataset)))


def _find(dataset: str) -> Situation:
    found = list_situations(now=timezone.now(), dataset=dataset)
    if not found:
        raise Http404
    return found[0]


def _collect(request: HttpRequest, at: Situation) -> dict[str, Any]:
    hours = request.GET.get("hours", DEFAULT_WINDOW)
    hours = hours if hours in WINDOWS else DEFAULT_WINDOW
    since = at.now - timedelta(hours=int(hours))
    live = reverse("admin:dataset_live", args=[at.dataset.name])
    return {
        "at": at,
        "card": describe_card(at, user=request.user, with_steps=True),
        "step": at.next_step,
        "groups": list_buttons(at=at, user=request.user),
        "charts": draw_charts(at, since=since),
        "windows": [(one, label, one == hours) for one, label in WINDOWS.items()],
        "live_url": f"{live}?hours={hours}",
        "relay": collect_relay(at),
        "proof": collect_proof(at),
        "reads": collect_reads(at),
        "is_copying": at.dataset.stage in COPYING,
        "is_paused": at.dataset.stage == Stage.PAUSED,
        "preflight": Preflight.objects.filter(dataset=at.dataset).order_by("-at").first(),
        "archives": list(at.dataset.archives.order_by("-pk")[:10]),
        "trail": list_trail(at.dataset) if request.user.has_perm(SEE_AUDIT) else None,
    }
