"""Change the address of an account: the new one is proven, the old one hears of it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from creators.enums import ProofPurpose
from creators.errors import ProofNotUsable
from creators.models import User
from creators.queries.accounts import find_user_by_address
from creators.services.accounts.mails import may_be_mailed, send_account_mail
from creators.services.accounts.passwords import confirm_password
from creators.services.accounts.proofs import issue_proof, take_proof
from creators.services.locks import lock_address
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def request_address_change(*, user: User, email: str, password: str, now: datetime) -> None:
    """Mail a secret to the new address; silent when another account has it, or it was mailed too often.

    Raises:
        WrongPassword: the password is not the account's.
    """
    confirm_password(user=user, password=password)
    lock_address(email=email)
    if not may_be_mailed(email=email):
        return
    other = find_user_by_address(email=email)
    if other is not None and other.pk != user.pk:
        send_account_mail(template="known", recipient=email, subject="You have an account", now=now)
        return
    secret = issue_proof(purpose=ProofPurpose.ADDRESS, email=email, user=user, now=now)
    send_account_mail(
        template="address",
        recipient=email,
        subject="Prove your new e-mail address",
        path="confirm-email",
        secret=secret,
        now=now,
    )


def confirm_address(*, user: User, secret: str, now: datetime) -> User:
    """Give the account its new address, and tell the old one.

    Raises:
        ProofNotUsable: the secret is worth nothing, or somebody else has proven the address meanwhile.
    """
    try:
        with transaction.atomic(durable=True):
            return _change(user, secret, now)
    except IntegrityError as error:
        raise ProofNotUsable from error


def _change(user: User, secret: str, now: datetime) -> User:
    proof = take_proof(purpose=ProofPurpose.ADDRESS, secret=secret, now=now, user=user)
    stored = User.objects.select_for_update().get(pk=user.pk)
    before = stored.email
    stored.email, stored.email_proven_at = proof.email, now
    stored.save(update_fields=["email", "email_proven_at"])
    record_audit(actor=stored, action="account.address_changed", target=stored, now=now)
    if before and before.lower() != stored.email.lower():
        send_account_mail(
            template="address_changed", recipient=before, subject="Your e-mail address was changed", now=now
        )
    return stored
