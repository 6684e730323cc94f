"""What the migration engine refuses, and why."""


class MigrationError(Exception):
    """The base of every refusal; the text is meant for an operator."""


class UnknownFlag(MigrationError):
    pass


class FlagNeedUnmet(MigrationError):
    """Raised when a flag is switched on while the flag it needs is not effective."""


class FlagForcedOff(MigrationError):
    """Raised when a flag is switched on that FLAGS_FORCED_OFF keeps off."""


class ReasonMissing(MigrationError):
    """Raised when an operator gives no reason."""


class UnknownDataset(MigrationError):
    pass


class StageConflict(MigrationError):
    """Raised when the dataset is not in a stage that allows the step, or another operator was faster."""


class CaptureNotSettled(MigrationError):
    """Raised when transactions older than the capture are still open."""


class RowNotMappable(MigrationError):
    """Raised when a row cannot be turned into a document; names the field."""
