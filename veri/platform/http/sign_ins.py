"""What must hold besides name and password before somebody is signed in; apps say what."""

from collections.abc import Callable
from datetime import datetime
from typing import Any


class SignInRefused(Exception):
    """Name and password were right and are not enough; the text is for the person."""


class SignInCheck:
    """One app's say. ``check_code`` raises ``SignInRefused``; ``is_half`` tells a session that lacks what is needed."""

    def __init__(self, *, check_code: Callable[..., None], is_half: Callable[..., bool]) -> None:
        self.check_code = check_code
        self.is_half = is_half


_checks: list[SignInCheck] = []


def register_sign_in_check(check: SignInCheck) -> None:
    """Let an app have a say; registered once, at start."""
    _checks.append(check)


def check_sign_in(*, user: Any, code: str, now: datetime) -> None:
    """Let every app look at a sign-in by token or session.

    Raises:
        SignInRefused: the first that is not content.
    """
    for check in _checks:
        check.check_code(user=user, code=code, now=now)


def is_half_signed_in(*, user: Any, session: Any) -> bool:
    """Return whether a session began with the password alone where more is needed."""
    return any(check.is_half(user=user, session=session) for check in _checks)
