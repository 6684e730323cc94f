"""Passwords: checked, changed, and reset by whoever reads the account's mail."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from creators.enums import ProofPurpose
from creators.errors import ProofNotUsable, WeakPassword, WrongPassword
from creators.models import AccountProof, User
from creators.queries.accounts import find_user_by_address
from creators.services.accounts.mails import may_be_mailed, send_account_mail
from creators.services.accounts.proofs import issue_proof, take_proof
from creators.services.locks import lock_address
from veri.platform.http.services.sign_ins import end_tokens
from veri.platform.ops.services.audit import record_audit


def check_new_password(*, password: str, user: User) -> None:
    """Apply the configured rules.

    Raises:
        WeakPassword: with every reason.
    """
    try:
        validate_password(password, user=user)
    except ValidationError as error:
        raise WeakPassword(reasons=list(error.messages)) from error


def confirm_password(*, user: User, password: str) -> None:
    """Let only who knows the password go on.

    Raises:
        WrongPassword: he does not.
    """
    if not user.check_password(password):
        raise WrongPassword


@transaction.atomic(durable=True)
def request_reset(*, email: str, now: datetime) -> None:
    """Mail a secret to the account of an address; silent about one not known, or mailed too often."""
    lock_address(email=email)
    user = find_user_by_address(email=email)
    if user is None or not may_be_mailed(email=email):
        return
    secret = issue_proof(purpose=ProofPurpose.RESET, email=user.email, user=user, now=now)
    send_account_mail(
        template="reset",
        recipient=user.email,
        subject="Choose a new password",
        path="reset-password",
        secret=secret,
        now=now,
    )


@transaction.atomic(durable=True)
def reset_password(*, secret: str, password: str, now: datetime) -> User:
    """Set a new password; all tokens and sessions end. Who reset it has read mail at the address: that proves it.

    Raises:
        ProofNotUsable: the secret is worth nothing.
        WeakPassword: the password breaks rules; the secret can be used again.
    """
    proof = take_proof(purpose=ProofPurpose.RESET, secret=secret, now=now)
    user = User.objects.select_for_update().filter(pk=proof.user_id or 0, is_active=True).first()
    if user is None:
        raise ProofNotUsable
    check_new_password(password=password, user=user)
    proven = User.objects.filter(email__iexact=proof.email, email_proven_at__isnull=False).exclude(pk=user.pk)
    if user.email_proven_at is None and user.email.lower() == proof.email.lower() and not proven.exists():
        user.email_proven_at = now
    _set(user, password=password, action="account.password_reset", now=now)
    return user


@transaction.atomic(durable=True)
def change_password(*, user: User, current: str, password: str, now: datetime) -> None:
    """Change the password of a signed-in user; all tokens and sessions end.

    Raises:
        WrongPassword: ``current`` is not the password.
        WeakPassword: the new one breaks rules.
    """
    stored = User.objects.select_for_update().get(pk=user.pk)
    confirm_password(user=stored, password=current)
    check_new_password(password=password, user=stored)
    _set(stored, password=password, action="account.password_changed", now=now)


def _set(user: User, *, password: str, action: str, now: datetime) -> None:
    user.set_password(password)  # sessions carry a hash of it and end with it
    user.save(update_fields=["password", "email_proven_at"])
    end_tokens(user_id=user.pk)
    AccountProof.objects.filter(user=user, purpose=ProofPurpose.RESET).delete()
    record_audit(actor=user, action=action, target=user, now=now)
    if user.email:
        send_account_mail(
            template="password_changed", recipient=user.email, subject="Your password was changed", now=now
        )
