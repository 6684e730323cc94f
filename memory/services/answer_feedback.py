"""Keep what people say of answers: the first lesson of learning."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from creators.models import User
from creators.queries.creators import list_creators
from memory.models import AnswerFeedback, ConversationTurn


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Whether an answer was useful, and why."""

    is_useful: bool
    reason: str = ""


@transaction.atomic(durable=True)
def judge_answer(
    *, turn_id: int, judgement: Judgement, acting_user: User, now: datetime
) -> tuple[AnswerFeedback, bool]:
    """Keep a judgement of an answer; return it, and whether it is new.

    The turn's row is locked: saying the same again right after adds nothing, saying otherwise counts from then on.

    Raises:
        ConversationTurn.DoesNotExist: unknown, or about somebody else's creator.
    """
    own = ConversationTurn.objects.filter(creator__in=list_creators(acting_user=acting_user))
    turn = own.select_for_update(of=("self",)).only("pk").get(pk=turn_id)
    last = AnswerFeedback.objects.filter(turn=turn).order_by("-pk").first()
    if last and (last.user_id, last.is_useful, last.reason) == (
        acting_user.pk,
        judgement.is_useful,
        judgement.reason,
    ):
        return last, False
    kept = AnswerFeedback.objects.create(
        turn=turn, user=acting_user, is_useful=judgement.is_useful, reason=judgement.reason, recorded_at=now
    )
    return kept, True
