from memory.models.content import ContentIndexEntry
from memory.models.conversation import ConversationTurn
from memory.models.feedback import Feedback, PreferenceProfile
from memory.models.index import CorpusSize, IndexedDocument, MemoryVector, Posting, Utterance
from memory.models.memory import Memory, MemoryEvidence
from memory.models.recommendation import RecommendationSet
from memory.models.signal import Signal

__all__ = [
    "ContentIndexEntry",
    "ConversationTurn",
    "CorpusSize",
    "Feedback",
    "IndexedDocument",
    "Memory",
    "MemoryEvidence",
    "MemoryVector",
    "Posting",
    "PreferenceProfile",
    "RecommendationSet",
    "Signal",
    "Utterance",
]
