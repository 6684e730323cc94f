from memory.admin.conversation import ConversationTurnAdmin
from memory.admin.index import IndexedDocumentAdmin, MemoryVectorAdmin, PostingAdmin, UtteranceAdmin
from memory.admin.memory import MemoryAdmin, MemoryEvidenceAdmin
from memory.admin.signal import SignalAdmin

__all__ = [
    "ConversationTurnAdmin",
    "IndexedDocumentAdmin",
    "MemoryAdmin",
    "MemoryEvidenceAdmin",
    "MemoryVectorAdmin",
    "PostingAdmin",
    "SignalAdmin",
    "UtteranceAdmin",
]
