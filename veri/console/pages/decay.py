"""Decay: what a run would do, starting one, and what the runs before did."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from memory.enums import DecayStep, MemoryType
from memory.errors import DecayNotAllowed, DecayRunning
from memory.queries.decay import preview_decay
from migration.admin.reasons import ReasonForm
from migration.enums import Flag
from migration.queries.flags import get_flag_state
from veri.console.formats import format_bytes
from veri.console.rendering import explain_missing, render_page, require_permission
from veri.console.status.decay import list_policy_rows, list_run_rows, list_storage_rows

SEE = "memory.view_decayrun"
RUN = "memory.add_decayrun"
_CONSEQUENCES = [
    "Each memory takes at most one step: active to dormant, dormant to archived, archived to purged.",
    "Dormant memories are found after all others; archived ones are out of search until they are restored.",
    "Purged memories are deleted; the interactions they rest on stay. By default nothing is purged.",
    "Pinned memories, contracts, agreed fees, rates and home towns never fade.",
    "The run goes on by itself, a batch at a time, and waits while the relay is behind.",
]


@require_permission(SEE)
def show_decay(request: HttpRequest) -> HttpResponse:
    """Show policies, storage and the latest runs; counting what is due reads every memory and is asked for apart."""
    return render_page(
        request,
        "console/decay.html",
        title="Decay",
        policies=list_policy_rows(),
        runs=list_run_rows(),
        storage=list_storage_rows(),
        blocked=_explain_blocked(request),
    )


@require_permission(SEE)
def preview(request: HttpRequest) -> HttpResponse:
    """Count what a run would do now; nothing is changed."""
    return render_page(
        request,
        "console/decay_preview.html",
        title="What a decay run would do",
        rows=_list_due(),
        blocked=_explain_blocked(request),
    )


@require_permission(RUN)
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a reason with the counts in sight, then start a run."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _start(request, form.cleaned_data["reason"])
    rows = _list_due()
    return render_page(
        request,
        "console/confirm.html",
        title="Let memories fade",
        form=form,
        preview={
            "caption": "Due now",
            "heads": ["Type", "Step", "Memories", "Bytes of text"],
            "rows": rows,
            "empty": "No memory is due for a step.",
        },
        consequences=_CONSEQUENCES,
        blocked=_explain_blocked(request),
        submit="Start the run",
        cancel_url=reverse("admin:decay"),
    )


def _start(request: HttpRequest, reason: str) -> HttpResponse:
    from memory.services.decay import start_decay  # services load only for the action
    from memory.tasks import continue_decay_task  # same

    try:
        run = start_decay(actor=request.user, reason=reason, now=timezone.now())
    except (DecayNotAllowed, DecayRunning) as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:decay"))
    try:
        continue_decay_task.apply_async(retry=False)
        messages.success(request, f"Run {run.pk} has started.")
    except Exception as failure:  # noqa: BLE001  the broker is away: the schedule goes on with it within a minute
        messages.warning(request, f"Run {run.pk} waits for the schedule: {type(failure).__name__}.")
    return HttpResponseRedirect(reverse("admin:decay"))


def _list_due() -> list[tuple[str, str, str, str]]:
    return [
        (
            str(MemoryType(one.type).label),
            str(DecayStep(one.step).label),
            f"{one.memories:,}",
            format_bytes(one.size),
        )
        for one in preview_decay(now=timezone.now())
    ]


def _explain_blocked(request: HttpRequest) -> str:
    state = get_flag_state(Flag.MEMORY_DECAY)
    if not state.is_effective:
        return f"MEMORY_DECAY is not effective{': ' + state.blocked_by if state.blocked_by else ''}."
    return explain_missing(request, RUN)
