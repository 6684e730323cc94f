"""Turn the engine's refusals into problems, and find what an address names."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404

from migration.errors import (
    ForceNotAllowed,
    GuardFailed,
    MigrationError,
    ReasonMissing,
    RolloutInvalid,
    UnknownDataset,
    UnknownFlag,
)
from migration.queries.guards import GuardReading
from veri.platform.http.problems import (
    CONFLICT,
    INVALID_REQUEST,
    PERMISSION_DENIED,
    STORE_UNAVAILABLE,
    ProblemError,
)

T = TypeVar("T")


def carry_out(service: Callable[..., T], **values: Any) -> T:
    """Call a service; its refusals become problems.

    Raises:
        Http404, ProblemError: nothing was changed.
    """
    from pymongo.errors import PyMongoError  # the driver loads only where it is used

    try:
        return service(**values)
    except (UnknownDataset, UnknownFlag) as unknown:
        raise Http404 from unknown
    except ForceNotAllowed as refusal:
        raise ProblemError(kind=PERMISSION_DENIED, detail=str(refusal)) from refusal
    except (ReasonMissing, RolloutInvalid) as invalid:
        raise ProblemError(kind=INVALID_REQUEST, detail=str(invalid)) from invalid
    except GuardFailed as failed:
        guards = [one.describe() for one in failed.readings if isinstance(one, GuardReading)]
        raise ProblemError(kind=CONFLICT, detail=str(failed), extensions={"guards": guards}) from failed
    except MigrationError as refusal:
        raise ProblemError(kind=CONFLICT, detail=str(refusal)) from refusal
    except PyMongoError as error:
        detail = f"MongoDB is away ({type(error).__name__}); nothing was changed."
        raise ProblemError(kind=STORE_UNAVAILABLE, detail=detail) from error
