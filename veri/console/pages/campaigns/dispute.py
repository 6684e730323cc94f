"""Decide a dispute: what is held is divided to the cent, with a reason."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from billing.models import Dispute
from billing.money import LARGEST_MINOR, Money
from migration.admin.reasons import ReasonForm
from veri.console.pages.campaigns.collaboration import address, answer, get_staff_actor
from veri.console.rendering import render_page, require_permission

DECIDE = "billing.change_dispute"


class ResolutionForm(ReasonForm):
    released_minor = forms.IntegerField(
        min_value=0, max_value=LARGEST_MINOR, label="To the creator", widget=UnfoldAdminTextInputWidget(),
        help_text="In minor units (cents). Veri's fee is taken from it in proportion.",
    )  # fmt: skip
    refunded_minor = forms.IntegerField(
        min_value=0, max_value=LARGEST_MINOR, label="Back to the brand", widget=UnfoldAdminTextInputWidget(),
        help_text="In minor units (cents).",
    )  # fmt: skip
    field_order = ("released_minor", "refunded_minor", "reason")

    def __init__(self, *args: Any, held: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        released, refunded = cleaned.get("released_minor"), cleaned.get("refunded_minor")
        if released is not None and refunded is not None and released + refunded != self.held:
            self.add_error("refunded_minor", f"The two parts must sum to {self.held}.")
        return cleaned


@require_permission(DECIDE)
def resolve(request: HttpRequest, dispute_id: int) -> HttpResponse:
    from billing.services.campaigns.disputes import count_held, resolve_dispute  # services load only here

    rows = Dispute.objects.select_related("collaboration__campaign", "collaboration__creator")
    dispute = rows.prefetch_related("statements").filter(pk=dispute_id).first()
    if dispute is None:
        raise Http404
    collaboration = dispute.collaboration
    minor = count_held(collaboration=collaboration)
    form = ResolutionForm(request.POST if request.method == "POST" else None, held=minor)
    if form.is_valid():
        return answer(
            request,
            collaboration.pk,
            lambda: resolve_dispute(
                dispute=dispute, actor=get_staff_actor(request), now=timezone.now(), **form.cleaned_data
            ),
        )
    held = Money(minor=minor, currency=collaboration.currency)
    said = [(one.get_side_display(), f"{one.at:%Y-%m-%d %H:%M}", one.text) for one in dispute.statements.order_by("pk")]
    return render_page(
        request,
        "console/confirm.html",
        title=f"Decide the dispute about {collaboration.campaign.title}",
        form=form,
        facts=[("Held", f"{held} ({minor} minor units)"), ("Creator", str(collaboration.creator))],
        preview={"caption": "What was said", "heads": ["Side", "When (UTC)", "Statement"], "rows": said},
        consequences=["The creator's part becomes payable, the brand's part is refunded through its provider.",
                      "It cannot be taken back."],
        blocked="" if dispute.state == "open" else f"The dispute is {dispute.get_state_display().lower()}.",
        submit="Decide",
        is_dangerous=True,
        cancel_url=address(collaboration.pk),
    )  # fmt: skip
