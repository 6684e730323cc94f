"""Second factors: an authenticator's codes (TOTP, RFC 6238) and recovery codes.

The algorithm is django-otp's; its tables are not used, since they keep secrets and recovery codes in clear.
"""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from creators.codes import hash_code
from creators.errors import SecondFactorRefused
from creators.models import RecoveryCode, SecondFactor, User
from veri.platform.http.rate_limits import Limit, consume
from veri.platform.http.services.sign_ins import end_tokens
from veri.platform.ops.services.audit import record_audit

ISSUER = "Veri"
SECRET_BYTES = 20
RECOVERY_CODES = 10
TOLERANCE = 1  # steps of 30 seconds a clock may be off
DIGITS = 6
TRIES, TRIES_WITHIN_SECONDS = 10, 900


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What an authenticator needs: ``uri`` as a QR code, or ``secret`` (base32) typed in."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@transaction.atomic(durable=True)
def begin_enrolment(*, user: User, now: datetime) -> Enrolment:
    """Return the secret of a factor that waits for its first code; a page shown again shows the same.

    Raises:
        SecondFactorRefused: there is a confirmed factor; only a reset makes room for another.
    """
    fresh = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    factor, is_new = SecondFactor.objects.select_for_update().get_or_create(
        user=user, defaults={"secret": fresh, "made_at": now}
    )
    if factor.confirmed_at is not None:
        raise SecondFactorRefused("This account has a second factor already.")
    secret = fresh if is_new else factor.secret.reveal()
    label = quote(f"{ISSUER}:{user.get_username()}")
    query = urlencode({"secret": secret, "issuer": ISSUER, "digits": DIGITS, "period": 30})
    return Enrolment(secret=secret, uri=f"otpauth://totp/{label}?{query}")


def confirm_enrolment(*, user: User, code: str, now: datetime) -> list[str]:
    """Put the factor in force by its first code; return the recovery codes, which are shown once.

    Raises:
        SecondFactorRefused: a wrong code, too many of them, or nothing to confirm.
    """
    _count_try(user)
    with transaction.atomic(durable=True):
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
        if factor is None or not _take_code(factor, code, now):
            raise SecondFactorRefused("The code is wrong.")
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)
        User.objects.filter(pk=user.pk).update(has_second_factor=True)
        record_audit(actor=user, action="second_factor.enrolled", target=user, now=now)
        return _renew_recovery_codes(user)


def verify_second_factor(*, user: User, code: str, now: datetime) -> None:
    """Take a code of the authenticator or a recovery code; each counts once.

    Raises:
        SecondFactorRefused: a wrong or used code, or too many of them.
    """
    _count_try(user)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        if factor is not None and (_take_code(factor, code, now) or _take_recovery_code(user, code, now)):
            return
    raise SecondFactorRefused("The code is wrong, or was used before.")


@transaction.atomic(durable=True)
def reset_second_factor(*, user: User, acting_user: User, reason: str, now: datetime) -> bool:
    """Remove a lost authenticator, audited; the user's tokens end, and he enrols anew. Return whether there was one."""
    removed, _ = SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(has_second_factor=False)
    if removed:
        end_tokens(user_id=user.pk)
        record_audit(actor=acting_user, action="second_factor.reset", target=user, reason=reason, now=now)
    return bool(removed)


def _count_try(user: User) -> None:
    limit = Limit(scope="second-factor", client=str(user.pk), count=TRIES, seconds=TRIES_WITHIN_SECONDS)
    if not all(decision.allowed for decision in consume(limits=[limit])):
        raise SecondFactorRefused("Too many codes were tried. Wait a quarter of an hour.")


def _take_code(factor: SecondFactor, code: str, now: datetime) -> bool:
    """Return whether a code is right for now, and of a later step than any taken before."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return False
    clock = TOTP(base64.b32decode(factor.secret.reveal()), digits=DIGITS)
    clock.time = now.timestamp()
    if not clock.verify(int(digits), tolerance=TOLERANCE, min_t=factor.last_step + 1):
        return False
    step = clock.t()  # verify() leaves the drift at the step that matched
    SecondFactor.objects.filter(pk=factor.pk).update(last_step=step)
    return True


def _take_recovery_code(user: User, code: str, now: datetime) -> bool:
    plain = code.replace("-", "").replace(" ", "").lower()
    used, _ = RecoveryCode.objects.filter(user=user, code_hash=hash_code(plain)).delete()
    if used:
        record_audit(actor=user, action="second_factor.recovery_code_used", target=user, now=now)
    return bool(used)


def _renew_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [secrets.token_hex(8) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=hash_code(code)) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}" for code in codes]
