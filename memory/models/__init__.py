from memory.models.conversation import ConversationTurn
from memory.models.index import CorpusSize, IndexedDocument, MemoryVector, Posting, Utterance
from memory.models.memory import Memory, MemoryEvidence
from memory.models.signal import Signal

__all__ = [
    "ConversationTurn",
    "CorpusSize",
    "IndexedDocument",
    "Memory",
    "MemoryEvidence",
    "MemoryVector",
    "Posting",
    "Signal",
    "Utterance",
]
