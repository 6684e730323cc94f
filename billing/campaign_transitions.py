"""The one table of a collaboration's moves: from where to where, by whose leave, behind which guards.

What follows a move (rows made, money moved) is with the service that makes it; ``move_collaboration`` is the one
compare-and-swap. Workflow templates may add guards to a stage, never take one away.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from billing.campaign_enums import Action, CollaborationState, Guard, Side
from billing.campaign_errors import MoveNotAllowed, MoveNotPossible

S = CollaborationState
_BRAND, _CREATOR, _STAFF, _CLOCK, _PROVIDER = Side.BRAND, Side.CREATOR, Side.STAFF, Side.CLOCK, Side.PROVIDER

WORK_STATES = (S.IN_PRODUCTION, S.CHANGES_REQUESTED, S.SUBMITTED, S.APPROVED, S.PUBLISHED, S.VERIFIED)
HELD_STATES = (S.FUNDED, *WORK_STATES)  # the fee is held, in whole or in part
OPEN_OFFER_STATES = (S.OFFERED, S.COUNTERED)
AGREED_STATES = (S.ACCEPTED, S.CONTRACT_SENT, S.SIGNED)  # agreed, and nothing held
END_STATES = frozenset({S.CLOSED, S.DECLINED, S.EXPIRED, S.CANCELLED, S.REFUNDED})


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One move. ``is_asked`` moves are made by an endpoint of their own name; others follow from what was done."""

    action: Action
    source: CollaborationState
    target: CollaborationState
    sides: frozenset[Side]
    guards: tuple[Guard, ...] = ()


def _make(
    action: Action, sources: Iterable[S], target: S, sides: Iterable[Side], *guards: Guard
) -> tuple[Transition, ...]:
    return tuple(
        Transition(action=action, source=source, target=target, sides=frozenset(sides), guards=guards)
        for source in sources
    )


_AGREEING = (
    *_make(Action.BRIEF, (S.DRAFT,), S.BRIEFED, (_BRAND, _STAFF)),
    *_make(Action.OFFER, (S.BRIEFED,), S.OFFERED, (_BRAND,), Guard.CREATOR_PRESENT, Guard.WITHIN_BUDGET),
    *_make(Action.COUNTER, (S.OFFERED,), S.COUNTERED, (_CREATOR,), Guard.OFFER_STANDS),
    *_make(Action.COUNTER, (S.COUNTERED,), S.OFFERED, (_BRAND,), Guard.OFFER_STANDS, Guard.WITHIN_BUDGET),
    *_make(
        Action.ACCEPT, (S.OFFERED,), S.ACCEPTED, (_CREATOR,), Guard.OFFER_STANDS, Guard.WITHIN_BUDGET, Guard.NOT_BOUND
    ),
    *_make(
        Action.ACCEPT, (S.COUNTERED,), S.ACCEPTED, (_BRAND,), Guard.OFFER_STANDS, Guard.WITHIN_BUDGET, Guard.NOT_BOUND
    ),
    *_make(Action.DECLINE, (S.OFFERED,), S.DECLINED, (_CREATOR,)),
    *_make(Action.DECLINE, (S.COUNTERED,), S.DECLINED, (_BRAND,)),
    *_make(Action.EXPIRE, OPEN_OFFER_STATES, S.EXPIRED, (_CLOCK,), Guard.OFFER_OVERDUE),
)
_BINDING = (
    *_make(Action.SEND_CONTRACT, (S.ACCEPTED,), S.CONTRACT_SENT, (_BRAND, _STAFF), Guard.CONTRACT_PRESENT),
    *_make(
        Action.SIGN,
        (S.CONTRACT_SENT,),
        S.SIGNED,
        (_BRAND, _CREATOR),
        Guard.CREATOR_PRESENT,
        Guard.SIGNED_BY_BOTH,
        Guard.NOT_BOUND,
    ),
    *_make(Action.FUND, (S.SIGNED,), S.FUNDED, (_PROVIDER, _BRAND, _CREATOR), Guard.SIGNED_BY_BOTH, Guard.FUNDS_HELD),
    *_make(
        Action.AMEND,
        (S.CONTRACT_SENT, S.SIGNED, S.FUNDED, S.IN_PRODUCTION),
        S.CONTRACT_SENT,
        (_BRAND, _CREATOR),
        Guard.NOTHING_RELEASED,
        Guard.WITHIN_BUDGET,
        Guard.NOT_DISPUTED,
    ),
)
# A collaboration stands where the least advanced of its deliverables does.
_WORKING = (
    *_make(
        Action.START,
        (S.FUNDED,),
        S.IN_PRODUCTION,
        (_CREATOR,),
        Guard.SIGNED_BY_BOTH,
        Guard.FUNDS_HELD,
        Guard.BLOCKING_TASKS,
    ),
    *_make(Action.SUBMIT, (S.IN_PRODUCTION, S.CHANGES_REQUESTED), S.SUBMITTED, (_CREATOR,), Guard.ALL_SUBMITTED),
    *_make(Action.SUBMIT, (S.IN_PRODUCTION,), S.CHANGES_REQUESTED, (_CREATOR,)),
    *_make(Action.REQUEST_CHANGES, (S.SUBMITTED,), S.CHANGES_REQUESTED, (_BRAND,)),
    *_make(Action.APPROVE, (S.SUBMITTED,), S.APPROVED, (_BRAND, _CLOCK), Guard.ALL_APPROVED),
    *_make(Action.PUBLISH, (S.APPROVED,), S.PUBLISHED, (_CREATOR,), Guard.ALL_PUBLISHED),
    *_make(Action.VERIFY, (S.PUBLISHED,), S.VERIFIED, (_BRAND, _CREATOR, _STAFF, _CLOCK), Guard.ALL_VERIFIED),
    *_make(
        Action.RELEASE,
        (S.VERIFIED,),
        S.RELEASED,
        (_BRAND, _STAFF, _CLOCK),
        Guard.NOT_DISPUTED,
        Guard.ALL_RELEASED,
    ),
    *_make(Action.PAY, (S.RELEASED,), S.PAID, (_PROVIDER,), Guard.PAYOUT_CONFIRMED),
    *_make(Action.CLOSE, (S.PAID,), S.CLOSED, (_BRAND, _CREATOR, _STAFF, _CLOCK)),
)
_ASIDE = (
    *_make(Action.CANCEL, (S.DRAFT, S.BRIEFED, *OPEN_OFFER_STATES), S.CANCELLED, (_BRAND, _STAFF)),
    *_make(Action.CANCEL, AGREED_STATES, S.CANCELLED, (_BRAND, _CREATOR, _STAFF)),
    *_make(Action.REFUND, (S.FUNDED,), S.REFUNDED, (_BRAND, _STAFF), Guard.NOTHING_RELEASED),
    *_make(Action.DISPUTE, HELD_STATES, S.DISPUTED, (_BRAND, _CREATOR, _STAFF, _PROVIDER), Guard.NOT_DISPUTED),
    *_make(Action.RESOLVE, (S.DISPUTED,), S.RELEASED, (_STAFF,)),
    *_make(Action.RESOLVE, (S.DISPUTED,), S.REFUNDED, (_STAFF,)),
    # Back to where it came from, which the service reads of the dispute.
    *(one for state in HELD_STATES for one in _make(Action.WITHDRAW, (S.DISPUTED,), state, (_BRAND, _CREATOR, _STAFF))),
)
TRANSITIONS: dict[tuple[Action, CollaborationState, CollaborationState], Transition] = {
    (one.action, one.source, one.target): one for one in (*_AGREEING, *_BINDING, *_WORKING, *_ASIDE)
}


def list_transitions(*, source: CollaborationState) -> list[Transition]:
    """Return the moves from a state, in the table's order."""
    return [one for one in TRANSITIONS.values() if one.source == source]


def find_transition(
    *, action: Action, source: CollaborationState, side: Side, target: CollaborationState | None = None
) -> Transition:
    """Return the move of an action from a state; ``target`` chooses where an action can lead to several.

    Raises:
        MoveNotPossible: the table has none; names what is possible instead.
        MoveNotAllowed: it is not this side's to make.
    """
    found = [one for one in list_transitions(source=source) if one.action == action and target in (None, one.target)]
    if not found:
        possible = sorted({one.action.label.lower() for one in list_transitions(source=source)})
        raise MoveNotPossible(
            f"The collaboration is {source.label.lower()}: '{action.label.lower()}' is not possible from there."
            f" Possible: {', '.join(possible) or 'nothing'}."
        )
    if side not in found[0].sides:
        who = " or ".join(one.label.lower() for one in sorted(found[0].sides))
        raise MoveNotAllowed(f"'{action.label}' is for the {who}.")
    return found[0]
