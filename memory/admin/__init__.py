from memory.admin.conversation import ConversationTurnAdmin
from memory.admin.index import IndexedDocumentAdmin, PostingAdmin, UtteranceAdmin
from memory.admin.memory import MemoryAdmin, MemoryEvidenceAdmin
from memory.admin.signal import SignalAdmin
from memory.admin.vectors import EmbeddingChoiceAdmin, ReembeddingAdmin, VectorAdmin, VectorIndexAdmin

__all__ = [
    "ConversationTurnAdmin",
    "EmbeddingChoiceAdmin",
    "IndexedDocumentAdmin",
    "MemoryAdmin",
    "MemoryEvidenceAdmin",
    "PostingAdmin",
    "ReembeddingAdmin",
    "SignalAdmin",
    "UtteranceAdmin",
    "VectorAdmin",
    "VectorIndexAdmin",
]
