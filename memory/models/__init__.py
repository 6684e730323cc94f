from memory.models.conflict import MemoryConflict
from memory.models.conversation import ConversationTurn
from memory.models.index import IndexedDocument, MemoryVector, Posting, Utterance
from memory.models.memory import Memory, MemoryEvidence
from memory.models.session import ProcessedSession
from memory.models.signal import Signal
from memory.models.use import MemoryUse

__all__ = [
    "ConversationTurn",
    "IndexedDocument",
    "Memory",
    "MemoryConflict",
    "MemoryEvidence",
    "MemoryUse",
    "MemoryVector",
    "Posting",
    "ProcessedSession",
    "Signal",
    "Utterance",
]
