"""The moves that are open to somebody, and why the others are not."""

from dataclasses import dataclass
from datetime import datetime

from billing.campaign_enums import Action, CollaborationState, DisputeState
from billing.campaign_transitions import Transition, list_transitions
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
    for one in _list_transitions(collaboration):
        if actor.side in one.sides:
            reasons = read_guards(collaboration=collaboration, transition=one, now=now)
        else:
            who = " or ".join(side.label.lower() for side in sorted(one.sides))
            reasons = [f"This is for the {who}."]
        found.append(
            OpenMove(action=one.action.value, to=one.target.value, is_open=not reasons, reasons=tuple(reasons))
        )
    return found


def _list_transitions(collaboration: Collaboration) -> list[Transition]:
    """Return the table's moves from here; a dispute that is withdrawn leads back to where it came from alone."""
    moves = list_transitions(source=CollaborationState(collaboration.state))
    if collaboration.state != CollaborationState.DISPUTED:
        return moves
    open_one = collaboration.disputes.filter(state=DisputeState.OPEN).first()
    came_from = open_one.came_from if open_one else ""
    return [one for one in moves if one.action != Action.WITHDRAW or one.target == came_from]
