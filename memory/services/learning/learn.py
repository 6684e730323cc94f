"""One night of learning: everybody's weights first, then each creator's, each tried on questions never learnt from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from memory.enums import WeightsState
from memory.models import LearningRun
from memory.queries.outcomes import AnsweredTurn, list_answered_turns, list_judging_creators
from memory.queries.ranking_weights import CONSTANTS, RankingWeights, forget_ranking_weights
from memory.services.learning.estimation import Tally, estimate_weights
from memory.services.learning.outcomes import list_outcomes
from memory.services.learning.promotion import Proposal, Trial, decide_proposal, find_in_force, was_refused
from memory.services.learning.trial import StoredQuestion, is_held_out, list_stored_questions, measure_recall

WINDOW = timedelta(days=180)
MOST_CREATORS = 200  # a night, those judged last
MOST_SHARED = 200  # questions everybody's weights are tried on
LEAST_QUESTIONS = 5
LEAST_CHANGE = 0.01
EVERYBODY = None
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class LearningResult:
    """Creators read and stored questions asked; weights promoted and refused; recall before and after, 0 to 1."""

    creators: int
    questions: int
    promoted: int
    refused: int
    recall_before: float | None
    recall_after: float | None


@dataclass(frozen=True, kw_only=True)
class _Lessons:
    """What one creator's turns tell, and the questions kept for trials."""

    tally: Tally
    questions: list[StoredQuestion]


def learn_weights(*, clock: Callable[[], datetime]) -> LearningResult:
    """Propose weights from judged answers and put in force what finds stored questions no worse.

    Weights of everybody are learnt from all creators, those of one from his turns alone, shrunk to everybody's. Keeps a
    ``LearningRun``. Running it again without new judgements decides nothing again.
    """
    started = clock()
    creators = list_judging_creators(since=started - WINDOW, most=MOST_CREATORS)
    lessons = {pk: _read(pk, since=started - WINDOW) for pk in creators}
    asked = [one for pk in creators for one in lessons[pk].questions]
    forget_ranking_weights()  # a night must not try against what was in force a second ago
    before = measure_recall(questions=asked)
    decided = [_learn(EVERYBODY, _join(lessons), _share(lessons), now=clock())]
    decided += [_learn(pk, lessons[pk].tally, lessons[pk].questions, now=clock()) for pk in creators]
    states = [one for one in decided if one is not None]
    forget_ranking_weights()
    promoted = states.count(WeightsState.PROMOTED)
    result = LearningResult(
        creators=len(creators),
        questions=len(asked),
        promoted=promoted,
        refused=states.count(WeightsState.REFUSED),
        recall_before=before,
        recall_after=measure_recall(questions=asked) if promoted else before,
    )
    _keep(result, started, clock())
    return result


def _read(creator_id: int, *, since: datetime) -> _Lessons:
    turns = list_answered_turns(creator_id=creator_id, since=since)
    tally = Tally()
    learnt_from: Sequence[AnsweredTurn] = [one for one in turns if not is_held_out(one)]
    tally.add(list_outcomes(creator_id=creator_id, turns=learnt_from))
    return _Lessons(tally=tally, questions=list_stored_questions(creator_id=creator_id, turns=turns))


def _join(lessons: Mapping[int, _Lessons]) -> Tally:
    joined = Tally()
    for one in lessons.values():
        joined.of_use.update(one.tally.of_use)
        joined.of_none.update(one.tally.of_none)
    return joined


def _share(lessons: Mapping[int, _Lessons]) -> list[StoredQuestion]:
    every = [one for lesson in lessons.values() for one in lesson.questions]
    return sorted(every, key=lambda one: -one.turn_id)[:MOST_SHARED]


def _learn(
    creator_id: int | None, tally: Tally, questions: Sequence[StoredQuestion], *, now: datetime
) -> WeightsState | None:
    """Decide on what a tally proposes; None when it proposes nothing new."""
    in_force = find_in_force(creator_id=creator_id)
    shared = find_in_force(creator_id=EVERYBODY) if creator_id else CONSTANTS
    weights = estimate_weights(tally=tally, base=shared)
    proposal = Proposal(creator_id=creator_id, weights=weights, counts=tally.describe(), replaces=in_force.version)
    if not _differs(weights, in_force) or was_refused(proposal=proposal):
        return None
    trial = _try(weights, in_force, questions)
    kept = decide_proposal(proposal=proposal, trial=trial, reason=_find_objection(trial), now=now)
    logger.info("weights_decided", creator=creator_id, state=kept.state, questions=trial.questions, reason=kept.reason)
    return WeightsState(kept.state)


def _try(weights: RankingWeights, in_force: RankingWeights, questions: Sequence[StoredQuestion]) -> Trial:
    return Trial(
        questions=len(questions),
        before=measure_recall(questions=questions, ranking=in_force),
        after=measure_recall(questions=questions, ranking=weights),
    )


def _find_objection(trial: Trial) -> str:
    if trial.questions < LEAST_QUESTIONS:
        return f"Only {trial.questions} stored questions to try it on; {LEAST_QUESTIONS} are needed."
    if trial.before is None or trial.after is None or trial.after < trial.before:
        return "Stored questions are found worse with it."
    return ""


def _differs(weights: RankingWeights, other: RankingWeights) -> bool:
    names = {*weights.type_gains, *other.type_gains}
    pairs = [(weights.memory_gain, other.memory_gain), (weights.slot_gain, other.slot_gain)]
    pairs += [(weights.type_gains.get(name, 1.0), other.type_gains.get(name, 1.0)) for name in names]
    return any(abs(one - two) >= LEAST_CHANGE for one, two in pairs)


def _keep(result: LearningResult, started: datetime, ended: datetime) -> None:
    LearningRun.objects.create(
        started_at=started,
        duration_ms=int((ended - started).total_seconds() * 1000),
        creators=result.creators,
        questions=result.questions,
        recall_before=result.recall_before,
        recall_after=result.recall_after,
        promoted=result.promoted,
        refused=result.refused,
    )
