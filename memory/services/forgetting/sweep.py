"""Look for what is left of something forgotten: by ids, in every table that names them and in MongoDB."""

from django.db.models import Model, Q

from creators.models import ContentItem, Interaction
from memory.enums import TargetKind
from memory.models import (
    VECTOR_MODELS,
    ForgetRequest,
    IndexedDocument,
    Memory,
    MemoryEvidence,
    Posting,
    Signal,
    Utterance,
)
from memory.stores.mongo_traces import count_traces


def count_left(request: ForgetRequest) -> int:
    """Return how many rows and documents still hold something of what was to be forgotten.

    Raises:
        PyMongoError: MongoDB is away, and nobody knows.
    """
    emptied = request.interaction_ids
    about = Q(kind=TargetKind.MEMORY, target_id__in=request.memory_ids) | Q(
        kind=TargetKind.INTERACTION, target_id__in=emptied
    )
    filled = Interaction.objects.filter(pk__in=emptied).exclude(text="", payload={}, attachments=[])
    indexes: tuple[type[Model], ...] = (IndexedDocument, Posting, *VECTOR_MODELS.values())
    left = [
        Memory.objects.filter(pk__in=request.memory_ids),
        MemoryEvidence.objects.filter(interaction__in=emptied),
        Signal.objects.filter(interaction__in=emptied),
        Utterance.objects.filter(interaction_id__in=emptied),
        ContentItem.objects.filter(interaction__in=emptied),
        filled,
        *(model._default_manager.filter(about) for model in indexes),  # noqa: SLF001  Django's documented API
    ]
    rows = sum(found.count() for found in left)
    return rows + count_traces(memory_ids=request.memory_ids, interaction_ids=emptied)
