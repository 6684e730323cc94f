"""Whatever order things arrive in, the same is known in the end."""

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.models import Memory, MemoryEvidence
from memory.services.realignment import realign_memories
from tests.conftest import NOW
from tests.memory.conftest import form, say

STATEMENTS = {
    "town": "I live in {}.",
    "rate": "My rate for a reel is now {}.",
    "view": "I love the sourdough {}, amazing!",
    "mail": "{}",
    "step": "The {} with Brightpan is signed.",
    "deadline": "The deadline for the draft of the campaign with Brightpan is {}.",
}
VALUES = {"town": ("Porto", "Lisbon", "Faro"), "rate": ("$100", "$200"), "view": ("video", "recipe")}
VALUES["mail"] = (
    "Greetings from the partnership with Brightpan about the new pans and the autumn plans.",
    "greetings from the partnership with Brightpan about the new pans, and the autumn plans!",
    "Greetings from the partnership with Brightpan about new pans and autumn plans and more.",
    "Greetings from the partnership with Brightpan about the old pans and the winter plans.",
    "No greetings from the partnership with Brightpan about the new pans and the autumn plans.",
)
VALUES["step"] = ("contract", "signed contract", "brand contract")
VALUES["deadline"] = ("2026-12-01", "2026-12-05")
AUTHORS = {"view": "kai", "mail": "Lena (Brightpan)", "step": "Lena (Brightpan)", "deadline": "Lena (Brightpan)"}


@st.composite
def histories(draw):
    """Return statements (hour, kind, value), and an order of arrival in batches."""
    kinds = st.sampled_from(sorted(STATEMENTS))
    said = [
        (draw(st.integers(0, 6)), kind, draw(st.sampled_from(VALUES[kind])))
        for kind in draw(st.lists(kinds, min_size=1, max_size=9))
    ]
    order = draw(st.permutations(range(len(said))))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(said) - 1)), max_size=3)))
    return said, [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def store(creator, said):
    return [
        say(
            creator,
            STATEMENTS[kind].format(value),
            at=NOW + timedelta(hours=hour),
            author=AUTHORS.get(kind, creator.handle),
            platform="email" if kind in {"mail", "step", "deadline"} else "chat",
        )
        for hour, kind, value in said
    ]


def describe_memories():
    fields = (
        *("predicate", "value", "text", "valid_from", "valid_to", "state", "strength", "latest_evidence", "importance"),
        *("stability_days", "content_hash"),
    )
    described = set()
    for memory in Memory.objects.select_related("superseded_by"):
        after = (memory.superseded_by.value, memory.superseded_by.valid_from) if memory.superseded_by else None
        evidence = frozenset(memory.evidence.values_list("interaction_id", flat=True))
        values = (getattr(memory, name) for name in fields)
        described.add((*(tuple(one) if isinstance(one, list) else one for one in values), after, evidence))
    assert len(described) == Memory.objects.count()
    return described


def erase():
    MemoryEvidence.objects.all().delete()
    Memory.objects.all().delete()


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_any_order_of_arrival_leads_to_the_same_memories(creator, history):
    said, batches = history
    start = transaction.savepoint()
    interactions = store(creator, said)
    form(creator)
    expected = describe_memories()
    erase()
    for batch in batches:
        if batch:
            form(creator, *(interactions[number] for number in batch))
    assert describe_memories() == expected
    form(creator)
    assert describe_memories() == expected
    transaction.savepoint_rollback(start)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), data=st.data())
def test_removed_interactions_leave_what_the_others_give(creator, history, data):
    said, _ = history
    start = transaction.savepoint()
    interactions = store(creator, said)
    form(creator)
    for one in data.draw(st.lists(st.sampled_from(interactions), min_size=1, unique_by=lambda one: one.pk)):
        creator.interactions.filter(pk=one.pk).delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    left = describe_memories()
    erase()
    form(creator)
    assert left == describe_memories()
    transaction.savepoint_rollback(start)
