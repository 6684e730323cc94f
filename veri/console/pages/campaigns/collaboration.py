"""One collaboration: everything about it on a page, and what staff may do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from billing.campaign_enums import Action, Side
from billing.errors import BillingError
from billing.models import Collaboration, Contract, Deliverable, HeldRelease
from billing.money import Money
from billing.queries.campaigns.moves import OpenMove, list_moves
from billing.queries.campaigns.parties import Actor
from billing.services.held_funds import get_held
from migration.admin.reasons import ReasonForm
from veri.console.rendering import explain_missing, render_page, require_permission

SEE, ACT = "billing.view_collaboration", "billing.change_collaboration"
SHOWN_EVENTS = 100
_STEPS = {
    Action.CANCEL: ("Cancel", "The collaboration ends; open offers go with it, and what is held goes to the brand."),
    Action.REFUND: ("Refund", "The whole fee goes back to the brand, and the collaboration ends."),
    Action.CLOSE: ("Close", "Both sides may rate each other from now on."),
}


@require_permission(SEE)
def show_collaboration(request: HttpRequest, collaboration_id: int) -> HttpResponse:
    found = get_collaboration(collaboration_id)
    events = found.events.select_related("actor").order_by("-pk")[:SHOWN_EVENTS]
    moves = list_moves(collaboration=found, actor=get_staff_actor(request), now=timezone.now())
    deliverables = found.deliverables.select_related("content").prefetch_related("submissions", "proofs")
    return render_page(
        request,
        "console/campaigns/collaboration.html",
        title=f"{found.campaign.title}: {found.creator or 'erased creator'}",
        one=found,
        fee=_show(found.fee_minor, found.currency),
        funded=_show(found.funded_minor, found.currency),
        held=get_held(found.campaign_id),
        moves=moves,
        buttons=[(action.value, words[0], _explain(request, action, moves)) for action, words in _STEPS.items()],
        blocked=explain_missing(request, ACT),
        events=events,
        offers=[(one, _show(one.amount_minor, one.currency)) for one in found.offers.order_by("-number")],
        deliverables=[(one, _show(one.share_minor, found.currency)) for one in deliverables.order_by("position")],
        releases=HeldRelease.objects.filter(
            funds__campaign_ref=found.campaign_id, milestone_ref__in=found.deliverables.values("pk")
        ).order_by("pk"),
        contract=Contract.objects.filter(collaboration=found).first(),
        disputes=found.disputes.prefetch_related("statements").order_by("-pk"),
        ratings=found.ratings.order_by("side"),
        tasks=found.tasks.order_by("due_at", "pk"),
        now=timezone.now(),
    )


@require_permission(ACT)
def take_step(request: HttpRequest, collaboration_id: int, step: str) -> HttpResponse:
    """Ask for a reason, then end or close a collaboration."""
    found = get_collaboration(collaboration_id)
    if step not in _STEPS:
        raise Http404
    word, consequence = _STEPS[Action(step)]
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return answer(request, found.pk, lambda: _take(found, Action(step), request, form.cleaned_data["reason"]))
    return render_page(
        request,
        "console/confirm.html",
        title=f"{word}: {found.campaign.title}",
        form=form,
        consequences=[consequence],
        submit=word,
        is_dangerous=True,
        cancel_url=address(found.pk),
    )


@require_permission(ACT)
def force_verification(request: HttpRequest, deliverable_id: int) -> HttpResponse:
    """Ask for a reason, then verify a publication whose platform's data do not show it."""
    from billing.services.campaigns.publishing import verify_publication  # services load only for the action

    deliverable = Deliverable.objects.select_related("collaboration__campaign").filter(pk=deliverable_id).first()
    if deliverable is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return answer(
            request,
            deliverable.collaboration_id,
            lambda: verify_publication(
                deliverable=deliverable, actor=get_staff_actor(request), now=timezone.now(), is_forced=True,
                reason=form.cleaned_data["reason"],
            ),
        )  # fmt: skip
    return render_page(
        request,
        "console/confirm.html",
        title=f"Verify {deliverable.title}",
        form=form,
        consequences=["Its milestone is planned for release, whatever the platform's data show."],
        submit="Verify",
        is_dangerous=True,
        cancel_url=address(deliverable.collaboration_id),
    )


def get_collaboration(collaboration_id: int) -> Collaboration:
    """Return a collaboration with what its page shows.

    Raises:
        Http404: unknown.
    """
    rows = Collaboration.objects.select_related(
        "campaign__brand", "campaign__workflow_version__template", "creator", "accepted_offer"
    )
    found = rows.filter(pk=collaboration_id).first()
    if found is None:
        raise Http404
    return found


def get_staff_actor(request: HttpRequest) -> Actor:
    user: Any = request.user
    return Actor(side=Side.STAFF, user=user)


def address(collaboration_id: int) -> str:
    return reverse("admin:collaboration_page", args=[collaboration_id])


def answer(request: HttpRequest, collaboration_id: int, act: Any) -> HttpResponse:
    """Act, say what became of it, and go back to the collaboration's page."""
    try:
        act()
    except BillingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Done.")
    return HttpResponseRedirect(address(collaboration_id))


def _take(found: Collaboration, action: Action, request: HttpRequest, reason: str) -> None:
    from billing.services.campaigns.cancelling import cancel_collaboration  # same
    from billing.services.campaigns.closing import close_collaboration  # same
    from billing.services.campaigns.refunding import refund_collaboration  # same

    steps: dict[Action, Callable[..., Any]] = {
        Action.CANCEL: cancel_collaboration,
        Action.REFUND: refund_collaboration,
        Action.CLOSE: close_collaboration,
    }
    steps[action](collaboration=found, actor=get_staff_actor(request), reason=reason, now=timezone.now())


def _explain(request: HttpRequest, action: Action, moves: list[OpenMove]) -> str:
    """Return why a button is disabled, or nothing."""
    found = [one for one in moves if one.action == action]
    if not found:
        return "Not possible from where the collaboration stands."
    return explain_missing(request, ACT) or " ".join(found[0].reasons)


def _show(minor: int | None, currency: str) -> str:
    return "—" if minor is None else str(Money(minor=minor, currency=currency))
