from memory.models.conflict import MemoryConflict
from memory.models.content import ContentIndexEntry
from memory.models.conversation import ConversationTurn
from memory.models.decay import DecayRun, ForgetRequest, MemorySuppression
from memory.models.feedback import Feedback, PreferenceProfile
from memory.models.index import CorpusSize, IndexedDocument, MemoryVector, Posting, Utterance
from memory.models.memory import Memory, MemoryEvidence
from memory.models.recommendation import RecommendationSet
from memory.models.session import ProcessedSession
from memory.models.signal import Signal
from memory.models.use import MemoryUse

__all__ = [
    "ContentIndexEntry",
    "ConversationTurn",
    "CorpusSize",
    "DecayRun",
    "Feedback",
    "ForgetRequest",
    "IndexedDocument",
    "Memory",
    "MemoryConflict",
    "MemoryEvidence",
    "MemorySuppression",
    "MemoryUse",
    "MemoryVector",
    "Posting",
    "PreferenceProfile",
    "ProcessedSession",
    "RecommendationSet",
    "Signal",
    "Utterance",
]
