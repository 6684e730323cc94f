"""Refusals of campaigns as problems: what cannot stand is 400, whose it is not 403, what does not fit now 409."""

from collections.abc import Iterator
from contextlib import contextmanager

from billing.campaign_errors import (
    GuardNotMet,
    InvalidTerms,
    MoveNotAllowed,
    SignatureRefused,
    SplitDoesNotMatch,
)
from billing.errors import BillingError, InvalidAmount
from creators.api.parameters import refuse
from veri.platform.http.problems import CONFLICT, PERMISSION_DENIED, ProblemError


@contextmanager
def translate_refusals() -> Iterator[None]:
    """Answer refusals of services with problems.

    Raises:
        ProblemError: for every refusal; a guard's reasons are in ``reasons``.
    """
    try:
        yield
    except InvalidTerms as error:
        raise refuse(error.problems) from error
    except SplitDoesNotMatch as error:
        raise refuse({"released_minor": str(error)}) from error
    except InvalidAmount as error:
        raise refuse({"amount_minor": str(error)}) from error
    except (MoveNotAllowed, SignatureRefused) as error:
        raise ProblemError(kind=PERMISSION_DENIED, detail=str(error)) from error
    except GuardNotMet as error:
        extensions = {"reasons": list(error.reasons)}
        raise ProblemError(kind=CONFLICT, detail=str(error), extensions=extensions) from error
    except BillingError as error:
        raise ProblemError(kind=CONFLICT, detail=str(error)) from error
