from memory.admin.conflicts import MemoryConflictAdmin
from memory.admin.conversation import ConversationTurnAdmin
from memory.admin.decay import DecayRunAdmin, ForgetRequestAdmin, MemorySuppressionAdmin
from memory.admin.discovery import ContentIndexEntryAdmin, FeedbackAdmin, PreferenceProfileAdmin, RecommendationSetAdmin
from memory.admin.index import IndexedDocumentAdmin, PostingAdmin, UtteranceAdmin
from memory.admin.learning import AnswerFeedbackAdmin, EvaluationRunAdmin, LearningRunAdmin, RetrievalWeightsAdmin
from memory.admin.matching import BrandMatchAdmin, IntroductionAdmin, MatchDecisionAdmin
from memory.admin.memory import MemoryAdmin, MemoryEvidenceAdmin
from memory.admin.predictions import ReturnModelAdmin, ReturnPredictionAdmin
from memory.admin.sessions import MemoryUseAdmin, ProcessedSessionAdmin
from memory.admin.signal import SignalAdmin
from memory.admin.vectors import EmbeddingChoiceAdmin, ReembeddingAdmin, VectorAdmin, VectorIndexAdmin

__all__ = [
    "AnswerFeedbackAdmin",
    "BrandMatchAdmin",
    "ContentIndexEntryAdmin",
    "ConversationTurnAdmin",
    "DecayRunAdmin",
    "EmbeddingChoiceAdmin",
    "EvaluationRunAdmin",
    "FeedbackAdmin",
    "ForgetRequestAdmin",
    "IndexedDocumentAdmin",
    "IntroductionAdmin",
    "LearningRunAdmin",
    "MatchDecisionAdmin",
    "MemoryAdmin",
    "MemoryConflictAdmin",
    "MemoryEvidenceAdmin",
    "MemorySuppressionAdmin",
    "MemoryUseAdmin",
    "PostingAdmin",
    "PreferenceProfileAdmin",
    "ProcessedSessionAdmin",
    "RecommendationSetAdmin",
    "ReembeddingAdmin",
    "RetrievalWeightsAdmin",
    "ReturnModelAdmin",
    "ReturnPredictionAdmin",
    "SignalAdmin",
    "UtteranceAdmin",
    "VectorAdmin",
    "VectorIndexAdmin",
]
