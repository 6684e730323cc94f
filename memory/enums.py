"""Choices of the memory app."""

from django.db import models


class SignalKind(models.TextChoices):
    SENTIMENT = "sentiment", "Sentiment"
    TOPIC = "topic", "Topic"
    BRAND = "brand", "Brand"
    AMOUNT = "amount", "Amount"
    DATE = "date", "Date"
    METRIC = "metric", "Metric"
    LANGUAGE = "language", "Language"
    QUALITY = "quality", "Quality"
    STATEMENT = "statement", "Statement"
    TRANSCRIPT = "transcript", "Transcript"


class MemoryType(models.TextChoices):
    CREATOR_ENTITY = "creator_entity", "Creator entity"
    CAMPAIGN_EPISODIC = "campaign_episodic", "Campaign episodic"
    CONTENT_KNOWLEDGE = "content_knowledge", "Content knowledge"
    BRAND_INTERACTION = "brand_interaction", "Brand interaction"
    WORKFLOW = "workflow", "Workflow"


class MemoryState(models.TextChoices):
    ACTIVE = "active", "Active"
    SUPERSEDED = "superseded", "Superseded"
    DORMANT = "dormant", "Dormant"
    ARCHIVED = "archived", "Archived"


class DecayState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class DecayStep(models.TextChoices):
    """What a decay run does to a memory."""

    REST = "rest", "Active to dormant"
    WAKE = "wake", "Dormant to active"
    ARCHIVE = "archive", "Dormant to archived"
    PURGE = "purge", "Archived to purged"


class ForgetScope(models.TextChoices):
    """How much a creator wants forgotten."""

    MEMORY = "memory", "The memories, never to be formed again"
    EVIDENCE = "evidence", "The memories and the words they rest on"


class ForgetState(models.TextChoices):
    PENDING = "pending", "Pending"
    WAITING = "waiting", "Waits to be tried again"
    DONE = "done", "Done"


class ConflictKind(models.TextChoices):
    """What rules cannot judge."""

    STATEMENTS = "statements", "Two statements that cannot both hold"
    SLOT = "slot", "Two values of one instant"


class ConflictState(models.TextChoices):
    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"


class ConflictOutcome(models.TextChoices):
    """What a person decided."""

    NONE = "", "Not decided"
    FIRST = "first", "Keep the first"
    SECOND = "second", "Keep the second"
    BOTH = "both", "Both are true"


class SessionState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    WAITING = "waiting", "Waiting"
    FAILED = "failed", "Failed"


class TargetKind(models.TextChoices):
    """What search finds and answers cite."""

    MEMORY = "memory", "Memory"
    INTERACTION = "interaction", "Interaction"


class SearchKind(models.TextChoices):
    """What search over one's own things returns."""

    MEMORY = "memory", "Memory"
    INTERACTION = "interaction", "Interaction"
    CONTENT = "content", "Content"


class FeedbackAction(models.TextChoices):
    VIEW = "view", "View"
    LIKE = "like", "Like"
    RATE = "rate", "Rate"
    SAVE = "save", "Save"
    COMPLETE = "complete", "Complete"


class FeedbackTarget(models.TextChoices):
    """What feedback is about."""

    CREATOR = "creator", "Creator"
    CONTENT = "content", "Content"
    MEMORY = "memory", "Memory"
    INTERACTION = "interaction", "Interaction"


class RecommendationKind(models.TextChoices):
    CREATORS = "creators", "Creators for a brand"
    CONTENT_IDEAS = "content_ideas", "Content ideas for a creator"
    CAMPAIGNS = "campaigns", "Campaigns for a creator"


class EmbeddingProvider(models.TextChoices):
    """Who makes vectors; each has a table, a dataset and dimensions of its own."""

    WORDLLAMA = "wordllama", "wordllama"
    MINILM = "minilm", "MiniLM"
    VOYAGE = "voyage", "Voyage"


class ReembeddingState(models.TextChoices):
    """What a change of provider has come to."""

    RUNNING = "running", "Running"
    SWITCHED = "switched", "Switched, old vectors kept"
    DROPPED = "dropped", "Switched, old vectors dropped"
    REVERTED = "reverted", "Switched, and back again"
    CANCELLED = "cancelled", "Cancelled"


class EvaluationState(models.TextChoices):
    """``ABANDONED``: its process was killed, and what it left is removed."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    ABANDONED = "abandoned", "Abandoned"


class WeightsState(models.TextChoices):
    """How far learnt weights came: tried on stored questions, then in force or not, then replaced."""

    CANDIDATE = "candidate", "Candidate"
    PROMOTED = "promoted", "Promoted"
    REFUSED = "refused", "Refused"
    RETIRED = "retired", "Retired"


class MatchDecisionKind(models.TextChoices):
    """What a brand did about a creator it was shown, from nothing to a contract."""

    REJECTED = "rejected", "Rejected"
    SAVED = "saved", "Saved"
    INVITED = "invited", "Invited"
    HIRED = "hired", "Hired"


class PredictionCause(models.TextChoices):
    """Why a return was predicted."""

    ASKED = "asked", "Asked for"
    AGREED = "agreed", "Terms agreed"


class AnswerRung(models.TextChoices):
    """How an answer came about: each but the first for want of budget, or of a model."""

    MODEL = "model", "The model"
    SMALLER = "smaller", "A smaller model"
    SHORTER = "shorter", "A smaller model, in few words"
    CACHED = "cached", "An earlier answer from the same evidence"
    EXTRACTIVE = "extractive", "The evidence itself"
