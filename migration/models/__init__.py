from migration.models.dataset import BackfillRun, Dataset
from migration.models.flag import FeatureFlag
from migration.models.outbox import OutboxRow
from migration.models.parity import ParityMismatch, ParityRun

__all__ = ["BackfillRun", "Dataset", "FeatureFlag", "OutboxRow", "ParityMismatch", "ParityRun"]
