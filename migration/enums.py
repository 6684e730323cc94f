"""Choices of the migration engine."""

from django.db import models


class Flag(models.TextChoices):
    """What staff may switch. Each names the flag it needs in ``FLAG_NEEDS``."""

    USE_MONGO = "USE_MONGO", "Write to MongoDB"
    READ_FROM_MONGO = "READ_FROM_MONGO", "Read from MongoDB"
    HYBRID_SEARCH = "HYBRID_SEARCH", "Hybrid search"
    MEMORY_DECAY = "MEMORY_DECAY", "Memory decay"
    COST_TRACKING = "COST_TRACKING", "Cost tracking"


FLAG_NEEDS: dict[str, str] = {
    Flag.READ_FROM_MONGO: Flag.USE_MONGO,
    Flag.HYBRID_SEARCH: Flag.READ_FROM_MONGO,
    Flag.MEMORY_DECAY: Flag.USE_MONGO,
}

FLAG_EFFECTS: dict[str, str] = {
    Flag.USE_MONGO: "The relay writes captured changes to MongoDB.",
    Flag.READ_FROM_MONGO: "Reads of cut-over datasets may be routed to MongoDB.",
    Flag.HYBRID_SEARCH: "Search fuses text, vectors and metadata instead of text only.",
    Flag.MEMORY_DECAY: "Memories are forgotten automatically instead of by hand.",
    Flag.COST_TRACKING: "Usage is metered; budgets and quotas are enforced.",
}


class Stage(models.TextChoices):
    """How far a dataset has come. PostgreSQL commits first in every stage."""

    OFF = "off", "Off"
    CAPTURE = "capture", "Capturing"
    BACKFILL = "backfill", "Backfilling"
    CATCHUP = "catchup", "Catching up"
    VERIFY = "verify", "Verified"
    CUTOVER = "cutover", "Cut over"


class Operation(models.TextChoices):
    """What an outbox row asks of the relay."""

    UPSERT = "u", "Upsert"
    DELETE = "d", "Delete"
    TRUNCATE = "t", "Truncate"


class ParityState(models.TextChoices):
    RUNNING = "running", "Running"
    CLEAN = "clean", "Clean"
    DIFFERENT = "different", "Different"
    EMPTY = "empty", "Nothing to compare"
    FAILED = "failed", "Failed"


class MismatchKind(models.TextChoices):
    MISSING = "missing", "Missing in MongoDB"
    EXTRA = "extra", "Extra in MongoDB"
    STALE = "stale", "Older version in MongoDB"
    TYPE = "type", "Other type"
    CONTENT = "content", "Other content"
    UNMAPPABLE = "unmappable", "Cannot be mapped"
