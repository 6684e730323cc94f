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
    VERIFY = "verify", "Verifying"
    SHADOW = "shadow", "Shadow reads"
    CANARY = "canary", "Canary reads"
    CUTOVER = "cutover", "Cut over"
    SOAK = "soak", "Soaking"
    DONE = "done", "Done"
    PAUSED = "paused", "Paused"
    ROLLED_BACK = "rolled_back", "Rolled back"


LADDER: tuple[Stage, ...] = tuple(one for one in Stage if one not in (Stage.PAUSED, Stage.ROLLED_BACK))
COPIED_STAGES = frozenset(LADDER[LADDER.index(Stage.CATCHUP) :])  # MongoDB holds every row of the dataset
SHADOW_STAGES = frozenset(LADDER[LADDER.index(Stage.SHADOW) :])  # reads are compared
READ_STAGES = frozenset(LADDER[LADDER.index(Stage.CANARY) :])  # reads may go to MongoDB
LIVE_STAGES = frozenset(LADDER[LADDER.index(Stage.CUTOVER) :])  # reads go to MongoDB for every creator


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


class ShadowOutcome(models.TextChoices):
    MATCH = "match", "Match"
    MISMATCH = "mismatch", "Mismatch"
    FAILED = "failed", "MongoDB failed"


class Measure(models.TextChoices):
    """What is counted by minute and dataset."""

    READ_MONGO = "read.mongo", "Reads of MongoDB"
    READ_FAILED = "read.failed", "Reads of MongoDB that failed"
    READ_POSTGRES = "read.postgres", "Reads of PostgreSQL"
    RELAY_WRITTEN = "relay.written", "Documents written by the relay"
    RELAY_REFUSED = "relay.refused", "Documents MongoDB refused"
    RELAY_FAILED = "relay.failed", "Batches that MongoDB failed"
