"""The words that must not be found any longer, read from their sources while these still stand."""

from collections.abc import Sequence

from creators.captions import build_search_text
from creators.models import Interaction
from memory.extraction.phrases import split_sentences
from memory.models import ForgetRequest, Memory, MemoryEvidence

SHORTEST = 4  # characters of a value: shorter ones are in everything
SHORTEST_SENTENCE = 12


def list_needles(*, request: ForgetRequest) -> list[str]:
    """Return texts and values of the memories, and sentences of the interactions that are to be emptied."""
    memories = Memory.objects.filter(creator_id=request.creator_id, pk__in=request.memory_ids)
    evidence = MemoryEvidence.objects.filter(memory__in=memories).exclude(text="")
    stated = [*memories.values_list("value", "text"), *evidence.values_list("value", "text")]
    values = {value for value, _ in stated if len(value) >= SHORTEST}
    return sorted(values | {text for _, text in stated} | _list_sentences(request.interaction_ids))


def _list_sentences(interaction_ids: Sequence[int]) -> set[str]:
    found: set[str] = set()
    for one in Interaction.objects.filter(pk__in=interaction_ids).defer("payload"):
        text = build_search_text(text=one.text, attachments=one.attachments)
        found.update(part for part in split_sentences(text) if len(part) >= SHORTEST_SENTENCE)
        found.update({one.text} if len(one.text) >= SHORTEST else ())
    return found
