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


class BackfillPhase(models.TextChoices):
    """What a backfill is at. After the copy come the indexes, then a comparison."""

    COPYING = "copying", "Copying rows"
    SWEEPING = "sweeping", "Looking for documents without a row"
    INDEXING = "indexing", "Creating indexes"
    VALIDATING = "validating", "Comparing what was copied"
    DONE = "done", "Done"


class Operation(models.TextChoices):
    """What an outbox row asks of the relay."""

    UPSERT = "u", "Upsert"
    DELETE = "d", "Delete"
    TRUNCATE = "t", "Truncate"


class ParityState(models.TextChoices):
    RUNNING = "running", "Running"
    CLEAN = "clean", "Clean"
    DIFFERENT = "different", "Different"
    UNSETTLED = "unsettled", "Some keys kept changing"
    EMPTY = "empty", "Nothing to compare"
    FAILED = "failed", "Failed"


class ParityTier(models.TextChoices):
    """How deep a pass looks."""

    DEEP = "deep", "Content of both stores"
    FAST = "fast", "Stored fingerprints against the ledger"


class ParityMode(models.TextChoices):
    """Which keys a pass looks at."""

    FULL = "full", "Every key"
    SAMPLE = "sample", "A random sample"
    RECENT = "recent", "Changed in the last day"
    SCOPE = "scope", "One creator"


class MismatchOutcome(models.TextChoices):
    MISMATCH = "mismatch", "Differs persistently"
    SUSPENDED = "suspended", "Kept changing while it was looked at"


class MismatchKind(models.TextChoices):
    MISSING = "missing", "Missing in MongoDB"
    EXTRA = "extra", "Extra in MongoDB"
    STALE = "stale", "Older version in MongoDB"
    RESURRECTED = "resurrected", "Deleted, and back in MongoDB"
    TYPE = "type", "Other type"
    PRECISION = "precision", "Other precision"
    CONTENT = "content", "Other content"
    UNMAPPABLE = "unmappable", "Cannot be mapped"


class RepairAction(models.TextChoices):
    """What reconcile does about a mismatch."""

    REWRITE = "rewrite", "Rewrite the document from its row"
    REMOVE = "remove", "Put a tombstone on the orphan"
    GONE = "gone", "The row is gone meanwhile: put a tombstone"
    DELETE_FOREIGN = "delete_foreign", "Delete the foreign document"


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


class Guard(models.TextChoices):
    """What must hold before a dataset may take a step."""

    USE_MONGO = "use_mongo", "USE_MONGO is on"
    PREFLIGHT = "preflight", "Preflight is green"
    TRIGGERS = "triggers", "Every trigger is alive"
    SETTLED = "settled", "No transaction is older than the capture"
    BACKFILL = "backfill", "The backfill is complete and validated"
    LAG = "lag", "The relay keeps up"
    DEAD_LETTERS = "dead_letters", "The quarantine is empty"
    DEEP_PASS = "deep_pass", "A fresh deep pass is complete"
    MISMATCHES = "mismatches", "No persistent mismatch"
    SHADOW = "shadow", "Shadow reads agree"
    LATENCY = "latency", "MongoDB answers as fast"
    INDEXES = "indexes", "Every index is present"
    BACKUP = "backup", "A backup was verified"
    DUAL_WRITE = "dual_write", "Dual write ran long enough"
    ROLLOUT = "rollout", "Every cohort reads MongoDB"
    READS = "reads", "Reads of MongoDB succeed"
    WRITES = "writes", "Writes to MongoDB succeed"
    SOAK = "soak", "The soak is over"
