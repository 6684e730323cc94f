from memory.models.conflict import MemoryConflict
from memory.models.content import ContentIndexEntry
from memory.models.conversation import ConversationTurn
from memory.models.decay import DecayRun, ForgetRequest, MemorySuppression
from memory.models.evaluation import EvaluationRun
from memory.models.feedback import Feedback, PreferenceProfile
from memory.models.index import CorpusSize, IndexedDocument, Posting, Utterance
from memory.models.learning import AnswerFeedback, LearningRun, RetrievalWeights
from memory.models.matching import BrandMatch, Introduction, MatchDecision
from memory.models.memory import Memory, MemoryEvidence
from memory.models.prediction import ReturnModel, ReturnPrediction
from memory.models.recommendation import RecommendationSet
from memory.models.reembedding import EmbeddingChoice, Reembedding
from memory.models.session import ProcessedSession
from memory.models.signal import Signal
from memory.models.use import MemoryUse
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
    "AnswerFeedback",
    "BrandMatch",
    "ContentIndexEntry",
    "ConversationTurn",
    "CorpusSize",
    "DecayRun",
    "EmbeddingChoice",
    "EvaluationRun",
    "Feedback",
    "ForgetRequest",
    "IndexedDocument",
    "Introduction",
    "LearningRun",
    "MatchDecision",
    "Memory",
    "MemoryConflict",
    "MemoryEvidence",
    "MemorySuppression",
    "MemoryUse",
    "MemoryVector",
    "MinilmVector",
    "Posting",
    "PreferenceProfile",
    "ProcessedSession",
    "RecommendationSet",
    "Reembedding",
    "RetrievalWeights",
    "ReturnModel",
    "ReturnPrediction",
    "Signal",
    "Utterance",
    "Vector",
    "VectorIndex",
    "VectorSpace",
    "VoyageVector",
    "get_table",
]
