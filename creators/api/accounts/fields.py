"""What the endpoints of accounts share."""

from typing import Any

from rest_framework import serializers

from creators.api.creator_serializers import TextField
from creators.errors import AccountError, SignUpClosed, TooManyInvites, WeakPassword
from veri.platform.http.problems import CONFLICT, INVALID_REQUEST, PERMISSION_DENIED, ProblemError

LONGEST_PASSWORD = 1024


class PasswordField(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class SecretField(TextField):
    """A secret from a mail."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, write_only=True, **options)


class SentSerializer(serializers.Serializer[Any]):
    """The same words whether the address is known or not."""

    detail = serializers.CharField()


SENT = {"detail": "If that is possible, a mail is on its way."}


def refuse_account(error: AccountError, *, field: str) -> ProblemError:
    """Return the problem a refusal stands for; what a field is to blame for names it."""
    if isinstance(error, SignUpClosed):
        return ProblemError(kind=PERMISSION_DENIED, detail=str(error))
    if isinstance(error, TooManyInvites):
        return ProblemError(kind=CONFLICT, detail=str(error))
    reasons = error.reasons if isinstance(error, WeakPassword) else [str(error)]
    return ProblemError(kind=INVALID_REQUEST, errors=[{"pointer": f"/{field}", "detail": reason} for reason in reasons])
