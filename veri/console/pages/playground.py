"""The search playground: ask as a creator would, and see what each arm of the search did. Nothing is kept."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from creators.models import Creator
from memory.services.playground import Arms, Exploration, explore_search
from migration.queries.routes import Store
from veri.console.rendering import render_page, require_permission
from veri.platform.connections.errors import StoreUnavailable

ROUTED = "routed"
LONGEST_QUESTION = 2_000
PARTS = ("words", "vectors", "neighbours", "speaker", "time", "length", "question")


class PlaygroundForm(forms.Form):
    creator = forms.CharField(
        max_length=32, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), help_text="A handle."
    )
    question = forms.CharField(max_length=LONGEST_QUESTION, widget=UnfoldAdminTextInputWidget())
    store = forms.ChoiceField(
        choices=[(ROUTED, "As routed"), (Store.POSTGRES.value, "PostgreSQL"), (Store.MONGO.value, "MongoDB")],
        widget=UnfoldAdminSelectWidget(),
    )
    is_hybrid = forms.BooleanField(label="With vectors", required=False, widget=UnfoldBooleanWidget())

    def clean_creator(self) -> Creator:
        handle = str(self.cleaned_data["creator"]).strip().removeprefix("@").lower()
        found = Creator.objects.filter(handle=handle).first()
        if found is None:
            raise forms.ValidationError(f"There is no creator @{handle}.")
        return found


@require_permission("memory.view_memory")
@require_permission("creators.view_interaction")
def show_playground(request: HttpRequest) -> HttpResponse:
    form = PlaygroundForm(request.POST if request.method == "POST" else None, initial={"store": ROUTED})
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            shown = _describe(_explore(form.cleaned_data))
        except StoreUnavailable as away:
            form.add_error("store", f"{away}.")
    return render_page(request, "console/playground.html", title="Search playground", form=form, **shown)


def _explore(asked: dict[str, Any]) -> Exploration:
    return explore_search(
        creator_id=asked["creator"].pk,
        question=asked["question"],
        store=None if asked["store"] == ROUTED else Store(asked["store"]),
        is_hybrid=asked["is_hybrid"],
    )


def _describe(found: Exploration) -> dict[str, Any]:
    return {
        "found": found,
        "hits": [(place, hit, arms, _list_parts(arms)) for place, (hit, arms) in enumerate(found.hits, start=1)],
        "steps": [(name, f"{spent:.2f}") for name, spent in found.milliseconds.items()],
        "total": f"{sum(found.milliseconds.values()):.2f}",
        "terms": [(term, f"{weight:.2f}") for term, weight in found.terms.items()],
        "gains": [
            ("memories", found.weights.memory_gain),
            ("slots", found.weights.slot_gain),
            *sorted(found.weights.type_gains.items()),
        ],
    }


def _list_parts(arms: Arms) -> list[tuple[str, str]]:
    """Return the parts of a message's place that are not nothing."""
    return [(name, f"{arms.around[name]:+.2f}") for name in PARTS if abs(arms.around.get(name, 0.0)) >= 0.005]  # noqa: PLR2004  what two digits show
