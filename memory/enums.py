"""Choices of the memory app."""

from django.db import models


class SignalKind(models.TextChoices):
    SENTIMENT = "sentiment", "Sentiment"
    TOPIC = "topic", "Topic"
    BRAND = "brand", "Brand"
    AMOUNT = "amount", "Amount"
    DATE = "date", "Date"
    METRIC = "metric", "Metric"


class MemoryType(models.TextChoices):
    CREATOR_ENTITY = "creator_entity", "Creator entity"
    CAMPAIGN_EPISODIC = "campaign_episodic", "Campaign episodic"
    CONTENT_KNOWLEDGE = "content_knowledge", "Content knowledge"
    BRAND_INTERACTION = "brand_interaction", "Brand interaction"
    WORKFLOW = "workflow", "Workflow"


class MemoryState(models.TextChoices):
    ACTIVE = "active", "Active"
    SUPERSEDED = "superseded", "Superseded"


class TargetKind(models.TextChoices):
    """What search finds and answers cite."""

    MEMORY = "memory", "Memory"
    INTERACTION = "interaction", "Interaction"


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
