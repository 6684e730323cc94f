from memory.admin.conflicts import MemoryConflictAdmin
from memory.admin.conversation import ConversationTurnAdmin
from memory.admin.decay import DecayRunAdmin, ForgetRequestAdmin, MemorySuppressionAdmin
from memory.admin.discovery import (
    ContentIndexEntryAdmin,
    FeedbackAdmin,
    PreferenceProfileAdmin,
    RecommendationSetAdmin,
)
from memory.admin.index import IndexedDocumentAdmin, MemoryVectorAdmin, PostingAdmin, UtteranceAdmin
from memory.admin.memory import MemoryAdmin, MemoryEvidenceAdmin
from memory.admin.sessions import MemoryUseAdmin, ProcessedSessionAdmin
from memory.admin.signal import SignalAdmin

__all__ = [
    "ContentIndexEntryAdmin",
    "ConversationTurnAdmin",
    "DecayRunAdmin",
    "FeedbackAdmin",
    "ForgetRequestAdmin",
    "IndexedDocumentAdmin",
    "MemoryAdmin",
    "MemoryConflictAdmin",
    "MemoryEvidenceAdmin",
    "MemorySuppressionAdmin",
    "MemoryUseAdmin",
    "MemoryVectorAdmin",
    "PostingAdmin",
    "PreferenceProfileAdmin",
    "ProcessedSessionAdmin",
    "RecommendationSetAdmin",
    "SignalAdmin",
    "UtteranceAdmin",
]
