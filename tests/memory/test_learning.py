"""Learning: what judged answers tell, weights that move a little, and a check that keeps what is worse out of force."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from memory.enums import MemoryType
from memory.models import AnswerFeedback, ConversationTurn, LearningRun, Memory, RetrievalWeights
from memory.queries import ranking_weights
from memory.queries.outcomes import list_answered_turns
from memory.queries.ranking_weights import CONSTANTS, RankingWeights, get_ranking_weights
from memory.queries.retrieval import retrieve
from memory.services.learning import learn_weights, retire_weights
from memory.services.learning.estimation import BOUND, Outcome, Tally, estimate_weights
from memory.services.learning.outcomes import list_outcomes
from memory.services.turns import EndedTurn, describe_hits, keep_turn
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say
from veri.platform.cache import brief
from veri.platform.ops.models import AuditEntry

QUESTION = "sourdough bread oven"
KNOWLEDGE = MemoryType.CONTENT_KNOWLEDGE.value


def tally(*outcomes):
    made = Tally()
    made.add(outcomes)
    return made


def test_odds_move_the_gain_of_memories_by_a_shrunk_quarter():
    told = tally(
        Outcome("", False, True, 40), Outcome("", False, False, 10),
        Outcome(KNOWLEDGE, False, True, 10), Outcome(KNOWLEDGE, False, False, 40),
    )  # fmt: skip
    found = estimate_weights(tally=told, base=CONSTANTS)
    # log(10.5 / 40.5) - log(40.5 / 10.5) = -2.700; 25 / (25 + 30) of it; a quarter: 1.2 * exp(-0.3068)
    assert (found.memory_gain, found.slot_gain, dict(found.type_gains)) == (0.883, 1.3, {})
    assert told.describe() == {"message": [40, 10], KNOWLEDGE: [10, 40]}


def test_little_said_proposes_nothing():
    assert estimate_weights(tally=tally(Outcome("", False, True, 19)), base=CONSTANTS) is CONSTANTS


counts = st.floats(0, 1e6)


@given(st.lists(st.builds(Outcome, st.sampled_from(["", *MemoryType.values]), st.booleans(), st.booleans(), counts)))
def test_whatever_is_said_weights_stay_within_their_bounds(outcomes):
    base = RankingWeights(memory_gain=2.4, slot_gain=0.65, type_gains={KNOWLEDGE: 2.0})
    found = estimate_weights(tally=tally(*outcomes), base=base)
    assert 1.2 / BOUND <= found.memory_gain <= 1.2 * BOUND
    assert 1.3 / BOUND <= found.slot_gain <= 1.3 * BOUND
    assert all(1 / BOUND <= gain <= BOUND for gain in found.type_gains.values())


@pytest.fixture
def bakery(creator):
    """Twelve messages with the question's words, and a memory that stands first among them."""
    for number in range(12):
        say(creator, f"sourdough bread oven number{number} " + "crumb " * number, author="kai", at=NOW)
    form(creator)
    rest = creator.interactions.first()
    memory = Memory.objects.create(
        creator=creator, type=KNOWLEDGE, subject="bread", predicate="noted", value="oven", content_hash="bread",
        text="sourdough bread oven " + "crumb " * 10, confidence=0.9, strength=1, latest_evidence=[rest.pk],
        valid_from=NOW, recorded_at=NOW,
    )  # fmt: skip
    memory.evidence.create(interaction=rest, occurred_at=NOW)
    form(creator)
    from memory.services.indexing import index_documents, list_documents

    index_documents(creator_id=creator.pk, documents=list_documents([memory], []))
    return creator


def keep(creator, pk, *, cited, retrieved, question=QUESTION, useful=None, degraded=False):
    turn = ConversationTurn.objects.create(
        pk=pk, creator=creator, request_id=str(pk), question=question, answer="a", store="postgres", model="m",
        citations=[{"kind": kind, "id": str(key)} for kind, key in cited], retrieved=retrieved, is_degraded=degraded,
        duration_ms=1, asked_at=NOW,
    )  # fmt: skip
    if useful is not None:
        AnswerFeedback.objects.create(turn=turn, is_useful=useful, recorded_at=NOW)
    return turn


def rank(creator, **options):
    return [one.target for one in retrieve(creator_id=creator.pk, question=QUESTION, **options).hits]


def read_outcomes(creator):
    turns = list_answered_turns(creator_id=creator.pk, since=NOW - timedelta(days=1))
    return list_outcomes(creator_id=creator.pk, turns=turns)


def test_outcomes_follow_judgement_model_and_rank(bakery):
    memory = bakery.memories.get(content_hash="bread").pk
    first, second = bakery.interactions.order_by("pk").values_list("pk", flat=True)[:2]
    found = [["m", memory, 2.0, 1.0], ["i", first, 1.0, 1.0], ["i", second, 0.5, 1.0]]
    keep(bakery, 1, cited=[("interaction", first)], retrieved=found, useful=True)
    assert read_outcomes(bakery) == [Outcome("", False, True, 1.0), Outcome(KNOWLEDGE, False, False, 1.0)]
    AnswerFeedback.objects.create(turn_id=1, is_useful=False, recorded_at=NOW)  # the latest counts
    assert read_outcomes(bakery) == [Outcome("", False, False, 1.0)]
    AnswerFeedback.objects.all().delete()
    assert [one.weight for one in read_outcomes(bakery)] == [0.2, 0.2]
    ConversationTurn.objects.update(is_degraded=True)
    assert read_outcomes(bakery) == []


def test_answer_before_a_campaign_was_paid_counts_as_half_useful(bakery):
    say(bakery, "The contract with Brightpan ended well, the invoice is paid.", at=NOW + timedelta(days=3))
    form(bakery)
    paid = bakery.memories.get(predicate="campaign paid")
    keep(bakery, 1, cited=[("memory", paid.pk)], retrieved=[["m", paid.pk, 1.0, 1.0]], degraded=True)
    assert read_outcomes(bakery) == [Outcome("campaign_episodic", False, True, 0.5)]
    ConversationTurn.objects.update(asked_at=NOW + timedelta(days=4))
    assert read_outcomes(bakery) == []


def teach(creator, *, held_out):
    """Thirty useful answers cite a message and pass over the memory; those asked again cite what is given."""
    memory = creator.memories.get(content_hash="bread").pk
    message = creator.interactions.order_by("pk").first().pk
    found = [["m", memory, 2.0, 1.0], ["i", message, 1.0, 1.0]]
    for number in range(30):
        keep(creator, 2 * number + 1, cited=[("interaction", message)], retrieved=found, useful=True)
    for number in range(6):
        keep(
            creator, 2 * number + 2, cited=[held_out], retrieved=found, useful=True, question=f"{QUESTION} zz{number}"
        )  # fmt: skip


def clock():
    return NOW + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_what_finds_stored_questions_no_worse_is_promoted_once(bakery):
    message = bakery.interactions.order_by("pk").first().pk
    teach(bakery, held_out=("interaction", message))
    before = rank(bakery, limit=1)
    result = learn_weights(clock=clock)
    assert (result.creators, result.questions, result.recall_before, result.recall_after) == (1, 6, 1.0, 1.0)
    assert (result.promoted, result.refused) == (2, 0)
    everybody = RetrievalWeights.objects.get(creator=None)
    own = RetrievalWeights.objects.get(creator=bakery)
    assert everybody.measures == own.measures == {"questions": 6, "before": 1.0, "after": 1.0}
    assert own.gains["memory_gain"] < everybody.gains["memory_gain"] < 1.2
    assert get_ranking_weights(creator_id=bakery.pk).version == own.pk
    assert get_ranking_weights(creator_id=make_creator("pixelforge").pk).version == everybody.pk
    assert before[0].kind == "memory"
    assert rank(bakery, limit=1)[0].kind == "interaction"
    again = learn_weights(clock=clock)
    assert (again.promoted, again.refused, RetrievalWeights.objects.count()) == (0, 0, 2)
    assert LearningRun.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_loses_a_stored_answer_is_refused_and_nothing_changes(bakery):
    memory = bakery.memories.get(content_hash="bread").pk
    teach(bakery, held_out=("memory", memory))
    before = rank(bakery)
    weak = RankingWeights(memory_gain=0.6, slot_gain=1.3)
    assert ("memory", memory) in before
    assert ("memory", memory) not in rank(bakery, ranking=weak)
    for _ in range(3):  # weights of everybody fall step by step until the stored answer would be lost
        learn_weights(clock=clock)
    refused = RetrievalWeights.objects.filter(state="refused")
    assert [one.reason for one in refused] == ["Stored questions are found worse with it."] * len(refused)
    assert refused.exists()
    assert ("memory", memory) in rank(bakery)
    assert LearningRun.objects.latest("pk").recall_after == 1.0


@pytest.mark.django_db(transaction=True)
def test_too_few_stored_questions_promote_nothing(bakery):
    message = bakery.interactions.order_by("pk").first().pk
    teach(bakery, held_out=("interaction", message))
    ConversationTurn.objects.filter(pk__in=[2, 4]).delete()
    result = learn_weights(clock=clock)
    assert (result.promoted, result.refused) == (0, 2)
    assert set(RetrievalWeights.objects.values_list("reason", flat=True)) == {
        "Only 4 stored questions to try it on; 5 are needed."
    }
    assert get_ranking_weights(creator_id=bakery.pk) is CONSTANTS


def promote(creator, **gains):
    revision = RetrievalWeights.objects.count() + 1
    return RetrievalWeights.objects.create(
        creator=creator, state="promoted", gains=gains, revision=revision, proposed_at=NOW
    )


@pytest.mark.django_db(transaction=True)
def test_retired_weights_give_way_within_two_seconds_and_are_audited(bakery, operator_user, ending_copies):
    kept = promote(bakery, memory_gain=0.6)
    assert get_ranking_weights(creator_id=bakery.pk).memory_gain == 0.6
    assert brief.SECONDS < 2
    assert retire_weights(weights_id=kept.pk, acting_user=operator_user, reason="worse", now=NOW)
    assert not retire_weights(weights_id=kept.pk, acting_user=operator_user, reason="again", now=NOW)
    ranking_weights._copy.age(seconds=2)
    assert get_ranking_weights(creator_id=bakery.pk) is CONSTANTS
    assert AuditEntry.objects.get().reason == "worse"


@pytest.fixture
def operator_user(owner):
    owner.is_staff = True
    owner.save()
    return owner


def test_gain_of_a_type_multiplies_scores_and_constants_leave_them(bakery):
    plain = retrieve(creator_id=bakery.pk, question=QUESTION, ranking=CONSTANTS).hits[0]
    raised = RankingWeights(type_gains={KNOWLEDGE: 1.5})
    assert retrieve(creator_id=bakery.pk, question=QUESTION, ranking=raised).hits[0].score == plain.score * 1.5
    assert retrieve(creator_id=bakery.pk, question=QUESTION).hits[0].score == plain.score


@pytest.mark.django_db(transaction=True)
def test_turn_keeps_what_was_retrieved_for_it(bakery):
    hits = retrieve(creator_id=bakery.pk, question=QUESTION, limit=2).hits
    turn = ConversationTurn(
        creator=bakery, request_id="r", question="q", answer="a", store="postgres", model="m", is_degraded=False,
        duration_ms=1, asked_at=timezone.now(), retrieved=describe_hits(hits),
    )  # fmt: skip
    keep_turn(ended=EndedTurn(turn=turn))
    kept = ConversationTurn.objects.get().retrieved
    assert [one[:2] for one in kept] == [[hit.target.kind[0], hit.target.id] for hit in hits]
    assert kept[0][2:] == [round(hits[0].score, 4), 1.0]
    (read,) = list_answered_turns(creator_id=bakery.pk, since=NOW - timedelta(days=9))
    assert read.retrieved == tuple(hit.target for hit in hits)


URL = "/api/v1/assistant/answers/{}/feedback"


def judge(client, pk, **body):
    return client.post(URL.format(pk), body, format="json")


@pytest.mark.django_db(transaction=True)
def test_answer_is_judged_and_the_same_again_is_kept_once(client, creator):
    keep(creator, 7, cited=[], retrieved=[])
    first = judge(client, 7, useful=True, reason="exact")
    kept = AnswerFeedback.objects.get()
    assert first.status_code == 201
    assert first.json() | {"recorded_at": ""} == {
        "id": str(kept.pk), "answer": "7", "useful": True, "reason": "exact", "recorded_at": "",
    }  # fmt: skip
    assert judge(client, 7, useful=True, reason="exact").status_code == 200
    assert judge(client, 7, useful=False).status_code == 201
    assert list(AnswerFeedback.objects.order_by("pk").values_list("is_useful", flat=True)) == [True, False]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("pk", "body", "status"),
    [
        (8, {"useful": True}, 404),
        (99, {"useful": True}, 404),
        ("x", {"useful": True}, 404),
        (7, {}, 400),
        (7, {"useful": "perhaps"}, 400),
        (7, {"useful": None}, 400),
        (7, {"useful": True, "reason": "x" * 501}, 400),
        (7, {"useful": True, "reason": "a\0b"}, 400),
        (7, {"useful": True, "stars": 5}, 400),
    ],
)
def test_judgement_that_cannot_be_kept_is_refused(client, creator, pk, body, status):
    keep(creator, 7, cited=[], retrieved=[])
    keep(make_creator("pixelforge"), 8, cited=[], retrieved=[])
    answer = judge(client, pk, **body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not AnswerFeedback.objects.exists()
