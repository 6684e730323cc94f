"""How people are recognised: by name or proven address and password, and by a second factor where it is needed."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from creators.errors import SecondFactorRefused
from creators.models import User
from creators.queries.accounts import needs_second_factor
from creators.services.accounts.second_factors import verify_second_factor
from veri.platform.http.sign_ins import SignInRefused

PASSED = "second_factor_passed"  # in a session: the user's id


class AddressBackend(ModelBackend):
    """Signs in by a proven e-mail address; names are the backend's before this one."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not (username and password and "@" in username):
            return None
        user = User.objects.filter(email__iexact=username, email_proven_at__isnull=False).first()
        if user is None:
            make_password(password)  # takes the time a check takes: no word on which addresses are known
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


def check_code(*, user: User, code: str, now: datetime) -> None:
    """Look at the second factor of a sign-in that has no page to ask for it.

    Raises:
        SignInRefused: it is missing, wrong, or not enrolled and needed.
    """
    if not needs_second_factor(user=user):
        return
    if not user.has_second_factor:
        raise SignInRefused("Staff need a second factor: enrol one in the console first.")
    if not code:
        raise SignInRefused("A code of the second factor is needed.")
    try:
        verify_second_factor(user=user, code=code, now=now)
    except SecondFactorRefused as refusal:
        raise SignInRefused(str(refusal)) from refusal


def is_half_signed_in(*, user: User, session: Any) -> bool:
    """Return whether a session still lacks the second factor its user needs."""
    return needs_second_factor(user=user) and session.get(PASSED) != user.pk


def mark_passed(*, user: User, session: Any) -> None:
    """Note in a session that its user has passed the second factor; its key changes with it."""
    session.cycle_key()
    session[PASSED] = user.pk
