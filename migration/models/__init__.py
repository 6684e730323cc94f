from migration.models.archive import DatasetArchive
from migration.models.dataset import BackfillRun, Dataset
from migration.models.flag import FeatureFlag
from migration.models.ledger import LedgerEntry
from migration.models.measure import CaptureHeartbeat, MinuteCount, Preflight, VersionMark
from migration.models.outbox import OutboxRow
from migration.models.parity import ParityMismatch, ParityRun, ParitySuspect
from migration.models.relay import RelayState
from migration.models.rollout import RolloutPlan, RolloutStep
from migration.models.shadow import ShadowRead

__all__ = [
    "BackfillRun",
    "CaptureHeartbeat",
    "Dataset",
    "DatasetArchive",
    "FeatureFlag",
    "LedgerEntry",
    "MinuteCount",
    "OutboxRow",
    "ParityMismatch",
    "ParityRun",
    "ParitySuspect",
    "Preflight",
    "RelayState",
    "RolloutPlan",
    "RolloutStep",
    "ShadowRead",
    "VersionMark",
]
