"""How far a request has come."""

from datetime import datetime
from typing import Any

from creators.enums import PrivacyState
from creators.models import PrivacyRequest
from migration.failpoints import reach


def note_step(request: PrivacyRequest, name: str, found: Any) -> None:
    """Write down that a step was taken, and what it found: it is not taken again."""
    request.steps = {**request.steps, name: found}
    request.save(update_fields=["steps"])
    reach("erasure.after_step")


def wait(request: PrivacyRequest, reason: str, until: datetime) -> PrivacyState:
    """Let a request rest until an instant, with the reason."""
    request.state, request.waits_for, request.next_at = PrivacyState.WAITING, reason[:300], until
    request.save(update_fields=["state", "waits_for", "next_at"])
    return PrivacyState.WAITING
