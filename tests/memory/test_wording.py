"""Other words for the same are more proof; contradictions are kept on both sides until a person decides."""

from datetime import timedelta

import pytest

from creators.models import User
from memory.enums import ConflictOutcome, MemoryType
from memory.errors import ConflictAlreadyResolved
from memory.extraction.standing import get_stability_days, rate_importance
from memory.extraction.wording import read_wording
from memory.models import IndexedDocument, Memory, MemoryConflict, Posting
from memory.services.conflicts import Decision, resolve_conflict
from memory.services.realignment import realign_memories
from memory.services.replay import replay_formation
from tests.conftest import NOW
from tests.memory.conftest import form, say
from veri.platform.ops.models import AuditEntry

DAY = timedelta(days=1)
FIRST = "Greetings from the partnership with Brightpan about the new pans and the autumn plans."
AGAIN = "greetings from the partnership with Brightpan about the new pans, and the autumn plans!"
OTHER = "Greetings from the partnership with Brightpan about the old pots and the winter stews."


def mail(creator, text, *, at=NOW, author="Lena (Brightpan)", **fields):
    return say(creator, text, at=at, author=author, platform="email", **fields)


@pytest.fixture
def reviewer(db):
    return User.objects.create_superuser("reviewer", password="correct horse battery")


@pytest.mark.parametrize(
    ("one", "other", "is_same", "is_contradiction"),
    [
        ("eats fish on Fridays", "Eats fish, on Fridays!", True, False),
        ("loves quiet mountain cabins", "loves the quiet mountain cabins", True, False),
        ("pays within 30 days", "pays within 60 days", False, True),
        ("pays invoices within 30 days", "does not pay invoices within 30 days", False, True),
        ("works with Brightpan on knives", "works with Ovenly on knives", False, False),
        ("lives by the sea", "lives in the mountains", False, False),
        ("👍", "👎", False, False),
        ("", "", True, False),
    ],
)
def test_statements_are_compared(one, other, is_same, is_contradiction):
    first, second = read_wording(one), read_wording(other)
    assert first.says_the_same(second) == second.says_the_same(first) == is_same
    assert first.contradicts(second) == second.contradicts(first) == is_contradiction


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_other_words_add_proof_and_rewrite_nothing(creator, order):
    said = [mail(creator, text, at=NOW + day * DAY) for day, text in enumerate((FIRST, AGAIN, OTHER))]
    for number in order:
        form(creator, said[number])
    first, other = Memory.objects.filter(type="brand_interaction").order_by("valid_from")
    assert (first.value, first.strength, first.latest_evidence) == (FIRST, 2, [said[1].pk, said[0].pk])
    assert (other.value, other.strength) == (OTHER, 1)
    assert [one.value for one in first.evidence.order_by("occurred_at")] == ["", AGAIN]
    assert IndexedDocument.objects.filter(kind="memory").count() == 2
    assert set(Posting.objects.filter(kind="memory", term="stew").values_list("target_id", flat=True)) == {other.pk}


def test_words_leave_with_their_evidence(creator):
    said = [mail(creator, text, at=NOW + day * DAY) for day, text in enumerate((FIRST, AGAIN))]
    form(creator)
    said[0].delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    memory = Memory.objects.get(type="brand_interaction")
    assert (memory.value, memory.strength, memory.valid_from) == (AGAIN, 1, NOW + DAY)
    assert "“greetings from" in memory.text
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same


def test_of_one_statement_the_earliest_words_stay(creator):
    later = mail(creator, "Hello, the contract with Brightpan is signed at last.", at=NOW + timedelta(hours=2))
    form(creator, later)
    form(creator, mail(creator, "The contract with Brightpan is signed."))
    memory = Memory.objects.get(predicate="campaign contract signed")
    assert (memory.strength, memory.valid_from) == (2, NOW)
    assert "“The contract with Brightpan is signed.”" in memory.text
    assert "at last" in memory.evidence.get(interaction=later).text
    assert not Posting.objects.filter(kind="memory", target_id=memory.pk, term="last").exists()


def list_deadlines():
    rows = Memory.objects.filter(predicate="deadline for draft").order_by("value")
    return [(one.value, one.state) for one in rows]


@pytest.fixture
def doubt(creator):
    for day, due in enumerate(("2026-12-01", "2026-12-05")):
        mail(creator, f"Hi, the deadline for the draft of the campaign with Brightpan is {due}.", at=NOW + day * DAY)
    form(creator)
    return MemoryConflict.objects.get()


def test_contradiction_is_kept_on_both_sides(creator, doubt):
    assert list_deadlines() == [("2026-12-01", "active"), ("2026-12-05", "active")]
    assert (doubt.kind, doubt.state, doubt.first_value, doubt.second_value) == (
        "statements",
        "open",
        "2026-12-01",
        "2026-12-05",
    )
    form(creator)
    assert MemoryConflict.objects.get() == doubt


def test_values_far_apart_in_time_are_no_contradiction(creator):
    for month, due in ((0, "2026-12-01"), (3, "2027-03-01")):
        at = NOW + month * 30 * DAY
        mail(creator, f"Hi, the deadline for the draft of the campaign with Brightpan is {due}.", at=at)
    form(creator)
    assert len(list_deadlines()) == 2
    assert not MemoryConflict.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "states"),
    [
        (ConflictOutcome.FIRST, ["active", "superseded"]),
        (ConflictOutcome.SECOND, ["superseded", "active"]),
        (ConflictOutcome.BOTH, ["active", "active"]),
    ],
)
def test_decision_holds_through_a_replay(creator, doubt, reviewer, outcome, states):
    decision = Decision(outcome=outcome, reason="asked Lena")
    resolve_conflict(conflict_id=doubt.pk, decision=decision, acting_user=reviewer, now=NOW)
    assert [state for _, state in list_deadlines()] == states
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same
    Memory.objects.filter(predicate="deadline for draft").delete()
    form(creator)
    assert [state for _, state in list_deadlines()] == states
    doubt.refresh_from_db()
    assert (doubt.state, doubt.outcome, doubt.resolved_by) == ("resolved", outcome, "reviewer")
    assert MemoryConflict.objects.count() == 1
    entry = AuditEntry.objects.get(action="memory.conflict_resolved")
    assert (entry.reason, entry.actor_label, entry.after) == (
        "asked Lena",
        "reviewer",
        {"state": "resolved", "outcome": outcome.value},
    )


def test_second_decision_changes_nothing(doubt, reviewer):
    first, second = (Decision(outcome=one, reason="r") for one in (ConflictOutcome.FIRST, ConflictOutcome.SECOND))
    resolve_conflict(conflict_id=doubt.pk, decision=first, acting_user=reviewer, now=NOW)
    before = list(Memory.objects.order_by("pk").values()), AuditEntry.objects.count()
    with pytest.raises(ConflictAlreadyResolved):
        resolve_conflict(conflict_id=doubt.pk, decision=second, acting_user=reviewer, now=NOW)
    assert (list(Memory.objects.order_by("pk").values()), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("kept", ["Lisbon", "Porto"])
def test_values_of_one_instant_from_two_platforms_wait_for_a_person(creator, reviewer, kept):
    say(creator, "I live in Lisbon.")
    say(creator, "I live in Porto.", platform="email")
    form(creator)
    doubt = MemoryConflict.objects.get()
    assert (doubt.kind, doubt.at, doubt.first_value, doubt.second_value) == ("slot", NOW, "Lisbon", "Porto")
    assert Memory.objects.filter(predicate="home town").count() == 2
    outcome = ConflictOutcome.FIRST if kept == "Lisbon" else ConflictOutcome.SECOND
    decision = Decision(outcome=outcome, reason="r")
    resolve_conflict(conflict_id=doubt.pk, decision=decision, acting_user=reviewer, now=NOW)
    assert Memory.objects.get(predicate="home town", state="active").value == kept
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same
    form(creator)
    assert MemoryConflict.objects.get().state == "resolved"


def test_doubt_leaves_when_one_side_does(creator, doubt):
    creator.interactions.filter(text__contains="2026-12-05").delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    mail(creator, "Once more: the deadline for the draft of the campaign with Brightpan is 2026-12-01.")
    form(creator)
    assert not MemoryConflict.objects.exists()


@pytest.mark.parametrize(
    ("predicate", "value", "importance"),
    [
        ("rate for reel", "$1,000", 0.91),
        ("rate for reel", "$1,000,000", 0.97),
        ("home town", "Lisbon", 0.8),
        ("shoe size", "42", 0.7),
    ],
)
def test_importance_follows_from_what_is_said(predicate, value, importance):
    assert rate_importance(type="creator_entity", predicate=predicate, value=value) == importance


def test_identity_keeps_longer_than_a_production_step():
    days = {one: get_stability_days(type=one.value, is_slot=False) for one in MemoryType}
    assert days[MemoryType.CREATOR_ENTITY] == 365
    assert min(days, key=days.get) is MemoryType.WORKFLOW
    assert get_stability_days(type="creator_entity", is_slot=True) == 730
