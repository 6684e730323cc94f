from memory.admin.conflicts import MemoryConflictAdmin
from memory.admin.conversation import ConversationTurnAdmin
from memory.admin.index import IndexedDocumentAdmin, MemoryVectorAdmin, PostingAdmin, UtteranceAdmin
from memory.admin.memory import MemoryAdmin, MemoryEvidenceAdmin
from memory.admin.sessions import MemoryUseAdmin, ProcessedSessionAdmin
from memory.admin.signal import SignalAdmin

__all__ = [
    "ConversationTurnAdmin",
    "IndexedDocumentAdmin",
    "MemoryAdmin",
    "MemoryConflictAdmin",
    "MemoryEvidenceAdmin",
    "MemoryUseAdmin",
    "MemoryVectorAdmin",
    "PostingAdmin",
    "ProcessedSessionAdmin",
    "SignalAdmin",
    "UtteranceAdmin",
]
