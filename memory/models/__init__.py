from memory.models.conversation import ConversationTurn
from memory.models.index import IndexedDocument, Posting, Utterance
from memory.models.memory import Memory, MemoryEvidence
from memory.models.reembedding import EmbeddingChoice, Reembedding
from memory.models.signal import Signal
from memory.models.vector_index import VectorIndex
from memory.models.vectors import (
    DIMENSIONS,
    VECTOR_MODELS,
    MemoryVector,
    MinilmVector,
    Vector,
    VectorSpace,
    VoyageVector,
    get_table,
)

__all__ = [
    "DIMENSIONS",
    "VECTOR_MODELS",
    "ConversationTurn",
    "EmbeddingChoice",
    "IndexedDocument",
    "Memory",
    "MemoryEvidence",
    "MemoryVector",
    "MinilmVector",
    "Posting",
    "Reembedding",
    "Signal",
    "Utterance",
    "Vector",
    "VectorIndex",
    "VectorSpace",
    "VoyageVector",
    "get_table",
]
