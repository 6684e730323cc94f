from memory.admin.conflicts import MemoryConflictAdmin
from memory.admin.conversation import ConversationTurnAdmin
from memory.admin.discovery import (
    ContentIndexEntryAdmin,
    FeedbackAdmin,
    PreferenceProfileAdmin,
    RecommendationSetAdmin,
)
from memory.admin.index import IndexedDocumentAdmin, MemoryVectorAdmin, PostingAdmin, UtteranceAdmin
from memory.admin.learning import AnswerFeedbackAdmin, EvaluationRunAdmin, LearningRunAdmin, RetrievalWeightsAdmin
from memory.admin.memory import MemoryAdmin, MemoryEvidenceAdmin
from memory.admin.sessions import MemoryUseAdmin, ProcessedSessionAdmin
from memory.admin.signal import SignalAdmin

__all__ = [
    "AnswerFeedbackAdmin",
    "ContentIndexEntryAdmin",
    "ConversationTurnAdmin",
    "EvaluationRunAdmin",
    "FeedbackAdmin",
    "IndexedDocumentAdmin",
    "LearningRunAdmin",
    "MemoryAdmin",
    "MemoryConflictAdmin",
    "MemoryEvidenceAdmin",
    "MemoryUseAdmin",
    "MemoryVectorAdmin",
    "PostingAdmin",
    "PreferenceProfileAdmin",
    "ProcessedSessionAdmin",
    "RecommendationSetAdmin",
    "RetrievalWeightsAdmin",
    "SignalAdmin",
    "UtteranceAdmin",
]
