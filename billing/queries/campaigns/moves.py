"""The moves that are open to somebody, and why the others are not."""

from dataclasses import dataclass
from datetime import datetime

from billing.campaign_enums import CollaborationState
from billing.campaign_transitions import list_transitions
from billing.models import Collaboration
from billing.queries.campaigns.guards import read_guards
from billing.queries.campaigns.parties import Actor


@dataclass(frozen=True, kw_only=True)
class OpenMove:
    """A move from where a collaboration stands; ``reasons`` say why it is not open to who asks."""

    action: str
    to: str
    is_open: bool
    reasons: tuple[str, ...]


def list_moves(*, collaboration: Collaboration, actor: Actor, now: datetime) -> list[OpenMove]:
    """Return every move of the table from here. Moves that follow from work on deliverables are among them."""
    found = []
    for one in list_transitions(source=CollaborationState(collaboration.state)):
        if actor.side in one.sides:
            reasons = read_guards(collaboration=collaboration, transition=one, now=now)
        else:
            who = " or ".join(side.label.lower() for side in sorted(one.sides))
            reasons = [f"This is for the {who}."]
        found.append(
            OpenMove(action=one.action.value, to=one.target.value, is_open=not reasons, reasons=tuple(reasons))
        )
    return found
