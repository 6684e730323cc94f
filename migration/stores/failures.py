"""Which of MongoDB's errors concern one document, and which the server as a whole.

Codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml. What is not listed on either side
concerns the server when a whole batch fails with it alike, and the document when it is alone.
"""

from collections.abc import Mapping
from typing import Any

from pymongo.errors import BulkWriteError

DUPLICATE_KEY = 11000
UNKNOWN_ERROR = 8
CONTENT_CODES = frozenset(
    {
        2,  # BadValue
        9,  # FailedToParse
        14,  # TypeMismatch
        52,  # DollarPrefixedFieldName
        57,  # DottedFieldName
        121,  # DocumentValidationFailure
        171,  # CannotIndexParallelArrays
        10334,  # BSONObjectTooLarge
        16755,  # cannot extract geo keys
        17280,  # KeyTooLong
        17419,  # the resulting document is too large
    }
)
SERVER_CODES = frozenset(
    {
        1,  # InternalError
        6,  # HostUnreachable
        7,  # HostNotFound
        11,  # UserNotFound
        13,  # Unauthorized
        18,  # AuthenticationFailed
        24,  # LockTimeout
        26,  # NamespaceNotFound
        46,  # LockBusy
        50,  # MaxTimeMSExpired
        64,  # WriteConcernFailed
        72,  # InvalidOptions
        79,  # UnknownReplWriteConcern
        89,  # NetworkTimeout
        91,  # ShutdownInProgress
        100,  # UnsatisfiableWriteConcern
        112,  # WriteConflict
        133,  # FailedToSatisfyReadPreference
        189,  # PrimarySteppedDown
        262,  # ExceededTimeLimit
        8000,  # Atlas: quota and the like
        9001,  # SocketException
        10058,  # not primary, older servers
        10107,  # NotWritablePrimary
        11600,  # InterruptedAtShutdown
        11601,  # Interrupted
        11602,  # InterruptedDueToReplStateChange
        12501,  # quota exceeded
        13435,  # NotPrimaryNoSecondaryOk
        13436,  # NotPrimaryOrSecondary
        14031,  # OutOfDiskSpace
    }
)


def cannot_replace_bytes(failure: Mapping[str, Any]) -> bool:
    """Tell whether this is the embedded server, which inserts bytes but fails to replace a document with some."""
    return failure.get("code") == UNKNOWN_ERROR and "bytes is not JSON" in str(failure.get("errmsg"))


def raise_unless_content(error: BulkWriteError, *, sent: int) -> None:
    """Raise the error again when it says something about the server, not about single documents.

    A write that was not acknowledged as asked counts as not written.
    """
    details = error.details or {}
    failures = [one for one in details.get("writeErrors", []) if not cannot_replace_bytes(one)]
    codes = [one.get("code") for one in failures]
    if details.get("writeConcernErrors") or SERVER_CODES.intersection(codes):
        raise error
    known = codes and codes[0] in CONTENT_CODES | {DUPLICATE_KEY}
    if len(codes) == sent > 1 and len(set(codes)) == 1 and not known:
        raise error
