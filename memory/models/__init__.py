from memory.models.conflict import MemoryConflict
from memory.models.content import ContentIndexEntry
from memory.models.conversation import ConversationTurn
from memory.models.evaluation import EvaluationRun
from memory.models.feedback import Feedback, PreferenceProfile
from memory.models.index import CorpusSize, IndexedDocument, MemoryVector, Posting, Utterance
from memory.models.learning import AnswerFeedback, LearningRun, RetrievalWeights
from memory.models.memory import Memory, MemoryEvidence
from memory.models.recommendation import RecommendationSet
from memory.models.session import ProcessedSession
from memory.models.signal import Signal
from memory.models.use import MemoryUse

__all__ = [
    "AnswerFeedback",
    "ContentIndexEntry",
    "ConversationTurn",
    "CorpusSize",
    "EvaluationRun",
    "Feedback",
    "IndexedDocument",
    "LearningRun",
    "Memory",
    "MemoryConflict",
    "MemoryEvidence",
    "MemoryUse",
    "MemoryVector",
    "Posting",
    "PreferenceProfile",
    "ProcessedSession",
    "RecommendationSet",
    "RetrievalWeights",
    "Signal",
    "Utterance",
]
