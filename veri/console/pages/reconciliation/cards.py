"""The reconciliation page: a card per dataset."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from veri.console.rendering import explain_missing, render_fragment, render_page, require_permission
from veri.console.status.datasets import OPERATE, list_dataset_cards
from veri.console.status.processes import RELAY, is_any_worker_alive, list_processes


@require_permission("migration.view_dataset")
def list_datasets(request: HttpRequest) -> HttpResponse:
    return render_page(request, "console/reconciliation_page.html", title="Reconciliation", **_collect(request))


@require_permission("migration.view_dataset")
def show_fragment(request: HttpRequest) -> HttpResponse:
    return render_fragment(request, "console/reconciliation.html", **_collect(request))


def _collect(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    cards = list_dataset_cards(request, now=now)
    relay = next(one for one in list_processes(now=now) if one.name == RELAY)
    missing = explain_missing(request, OPERATE)
    return {
        "cards": cards,
        "is_worker_silent": not is_any_worker_alive(now=now),
        "silent_relay": "" if relay.is_alive else relay.age,
        "all_blocked": {
            step: missing or ("" if _is_any_open(cards, step) else "No dataset is ready for it.")
            for step in ("backfill", "check_parity")
        },
    }


def _is_any_open(cards: list[Any], step: str) -> bool:
    return any(button.step == step and not button.blocked for card in cards for button in card.buttons)
