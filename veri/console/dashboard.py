"""The console's first page: is everything well? Reads are bounded; a store that is away is shown, not waited for."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from creators.models import Creator, Interaction
from memory.models import Memory
from veri.console.status.costs import list_budget_bars
from veri.console.status.counts import count_table
from veri.console.status.datasets import list_dataset_cards
from veri.console.status.events import get_event_log_state
from veri.console.status.flags import list_flag_rows
from veri.console.status.processes import list_processes
from veri.platform.ops.health import get_readiness

COUNTED_MODELS = (
    ("creators.view_creator", Creator),
    ("creators.view_interaction", Interaction),
    ("memory.view_memory", Memory),
)


def build_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the admin index's context with the dashboard's sections."""
    return {**context, "title": "Dashboard", **collect_sections(request)}


def collect_sections(request: HttpRequest) -> dict[str, Any]:
    """Return what this user may see; everybody on the staff sees stores and processes."""
    now = timezone.now()
    sections: dict[str, Any] = {
        "refreshed_at": now,
        "readiness": get_readiness(),
        "processes": list_processes(now=now),
        "counts": [
            count_table(model=model) for permission, model in COUNTED_MODELS if request.user.has_perm(permission)
        ],
    }
    if request.user.has_perm("migration.view_featureflag"):
        sections["flags"] = list_flag_rows(request)
    if request.user.has_perm("migration.view_dataset"):
        sections["datasets"] = list_dataset_cards(user=request.user, now=now, with_steps=False)
        sections["outbox"] = _sum_outbox(sections["datasets"])
    if request.user.has_perm("events.view_delivery"):
        sections["event_log"] = get_event_log_state(now=now)
    if request.user.has_perm("billing.view_allowance"):
        sections["budgets"] = list_budget_bars(at=now)
    return sections


def _sum_outbox(cards: list[Any]) -> dict[str, Any]:
    waiting = [card for card in cards if card.outbox_depth]
    return {
        "depth": sum(card.outbox_depth for card in cards),
        "quarantined": sum(card.quarantined for card in cards),
        "lags": [(card.label, card.outbox_lag) for card in waiting],
    }
