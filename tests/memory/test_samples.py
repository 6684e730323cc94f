"""The sample creators' year, in a random order of arrival: each changed fact is answered as it stands now."""

from random import Random

import pytest

from creators.models import Interaction
from creators.samples.generator import generate_samples
from creators.services.intake import take_in_items
from memory.services.assistant import AskedQuestion, ask
from memory.services.formation import form_memories
from tests.conftest import NOW
from tests.memory.conftest import make_creator

BATCH = 400


@pytest.mark.parametrize("seed", [None, 3])
def test_changed_facts_are_answered_as_they_stand_now(db, seed):
    samples = generate_samples()
    handle = samples.creators[0].handle
    creator = make_creator(handle)
    take_in_items(items=[one for one in samples.items if one["creator"] == handle], acting_user=None, now=NOW)
    keys = list(Interaction.objects.order_by("pk").values_list("pk", flat=True))
    if seed is not None:
        Random(seed).shuffle(keys)  # noqa: S311  an order, no secret
    for start in range(0, len(keys), BATCH):
        form_memories(creator_id=creator.pk, interaction_ids=keys[start : start + BATCH], now=NOW)
    questions = [one for one in samples.questions if one.creator == handle]
    assert len(questions) == 3
    for number, one in enumerate(questions):
        turn = ask(question=AskedQuestion(creator_id=creator.pk, text=one.question, action=f"t-{number}"))
        assert all(word in turn.answer for word in one.expected), turn.answer
        assert not any(word in turn.answer for word in one.outdated), turn.answer
        assert turn.citations
