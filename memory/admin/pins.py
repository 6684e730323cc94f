"""Pin and unpin chosen memories: each asks first."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from memory.models import Memory
from migration.admin.reasons import ReasonForm, render_action_form

_CONSEQUENCES = {
    True: "A pinned memory is kept at full weight however long nobody asks for it.",
    False: "An unpinned memory fades like any other; nothing is deleted.",
}


def ask_pin(
    admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Memory], *, is_pinned: bool
) -> HttpResponse | None:
    """Ask for a reason, then pin or unpin each memory that is not so already; say how many were."""
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        return render_action_form(
            admin=admin,
            request=request,
            rows=rows,
            form=form,
            action="pin_selected" if is_pinned else "unpin_selected",
            title="Pin memories" if is_pinned else "Unpin memories",
            submit="Pin" if is_pinned else "Unpin",
            facts=[("Memories chosen", rows.count())],
            consequences=[_CONSEQUENCES[is_pinned]],
        )
    from memory.services.pins import set_pin  # services load only for the action

    chosen = list(rows.order_by("pk").values_list("pk", flat=True))
    asked = {"is_pinned": is_pinned, "acting_user": request.user, "reason": form.cleaned_data["reason"]}
    done = sum(set_pin(memory_id=pk, now=timezone.now(), **asked) for pk in chosen)
    word = "pinned" if is_pinned else "unpinned"
    admin.message_user(request, f"{done} {word}, {len(chosen) - done} were so already.", messages.SUCCESS)
    return None
