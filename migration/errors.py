"""What the migration engine refuses, and why."""

from collections.abc import Sequence


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


class SchemaChanged(MigrationError):
    """Raised when a table no longer has the columns and types its mapper needs; names them."""


class VerificationRunning(MigrationError):
    """Raised when somebody else is at the same pass of a dataset."""


class DuplicatesFound(MigrationError):
    """Raised when rows share values that an index is to keep unique."""


class RowNotMappable(MigrationError):
    """Raised when a row cannot be turned into a document; names the field."""


class GuardFailed(MigrationError):
    """Raised when a guard of a transition does not hold; ``readings`` are all guards with their values."""

    def __init__(self, message: str, *, readings: Sequence[object]) -> None:
        super().__init__(message)
        self.readings = tuple(readings)


class ForceNotAllowed(MigrationError):
    """Raised when an account without the permission tries to pass guards by force."""


class RolloutInvalid(MigrationError):
    """Raised for a plan whose steps do not rise to at most 100 percent, or name unknown guards."""


class ArchiveInvalid(MigrationError):
    """Raised when an archive is missing, damaged, or of another shape than the table."""


class DocumentsOnTheirWay(MigrationError):
    """The relay has yet to delete documents of rows that are gone; the text counts them."""

    def __init__(self, *, count: int) -> None:
        super().__init__(f"{count} documents wait for the relay.")
