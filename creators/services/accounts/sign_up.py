"""Sign up: an account exists from the moment its address is proven."""

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from creators.enums import CreatorRole, ProofPurpose
from creators.errors import InviteNotUsable, ProofNotUsable, SignUpClosed, WrongPassword
from creators.models import AccountProof, Invite, User
from creators.queries.accounts import find_invite, find_user_by_address
from creators.services.accounts.invites import use_invite
from creators.services.accounts.mails import may_be_mailed, send_account_mail
from creators.services.accounts.passwords import check_new_password
from creators.services.accounts.proofs import issue_proof, take_proof
from creators.services.locks import lock_address
from veri.platform.ops.services.audit import record_audit


def sign_up(*, email: str, password: str, invite_code: str, now: datetime) -> None:
    """Mail a secret to the address, or, when it has an account, a word about that.

    The caller learns nothing of which it was: the answer, the password's hash and the number of mails are the same.

    Raises:
        SignUpClosed: nobody may.
        InviteNotUsable: an invite is needed, or the one given is no good.
        WeakPassword: the password breaks rules.
    """
    invite = _find_admission(invite_code, now)
    check_new_password(password=password, user=User(email=email))
    hashed = make_password(password)
    with transaction.atomic(durable=True):
        lock_address(email=email)
        if not may_be_mailed(email=email):
            return
        if find_user_by_address(email=email) is not None:
            send_account_mail(template="known", recipient=email, subject="You have an account", now=now)
            return
        role = invite.role if invite else CreatorRole.CREATOR
        _send_secret(email=email, now=now, password=hashed, invite=invite, role=role)


@transaction.atomic(durable=True)
def resend_proof(*, email: str, now: datetime) -> None:
    """Mail a new secret for a sign-up that waits; the one before is worth nothing. Silent about what is not known."""
    lock_address(email=email)
    waiting = AccountProof.objects.filter(purpose=ProofPurpose.SIGN_UP, email__iexact=email).first()
    if waiting is not None and may_be_mailed(email=email):
        _send_secret(email=email, now=now, password=waiting.password, invite=waiting.invite, role=waiting.role)


def prove_sign_up(*, secret: str, password: str, now: datetime) -> User:
    """Make the account a secret was sent for.

    The password is asked for again: a stranger who signed up with somebody's address must not get an account opened by
    that person's click.

    Raises:
        ProofNotUsable: the secret is worth nothing.
        WrongPassword: not the one chosen at sign-up; the secret can be used again.
        InviteNotUsable: used up meanwhile.
    """
    try:
        with transaction.atomic(durable=True):
            return _open_account(secret, password, now)
    except IntegrityError as error:  # the address got another account meanwhile
        raise ProofNotUsable from error


def _open_account(secret: str, password: str, now: datetime) -> User:
    proof = take_proof(purpose=ProofPurpose.SIGN_UP, secret=secret, now=now)
    if not check_password(password, proof.password):
        raise WrongPassword
    if proof.invite is not None:
        use_invite(invite=proof.invite, now=now)
    user = User.objects.create(
        username=f"u-{secrets.token_hex(8)}",  # shown in audit entries, which must not name a person
        email=proof.email,
        password=proof.password,
        role=proof.role,
        email_proven_at=now,
    )
    record_audit(actor=user, action="account.created", target=user, after={"role": proof.role}, now=now)
    return user


def _find_admission(code: str, now: datetime) -> Invite | None:
    if settings.SIGN_UP == "closed":
        raise SignUpClosed("Signing up is closed.")
    if not code and settings.SIGN_UP == "open":
        return None
    invite = find_invite(code=code, now=now)
    if invite is None:
        raise InviteNotUsable
    return invite


def _send_secret(*, email: str, now: datetime, password: str, invite: Invite | None, role: str) -> None:
    secret = issue_proof(
        purpose=ProofPurpose.SIGN_UP, email=email, now=now, password=password, invite=invite, role=role
    )
    send_account_mail(
        template="sign_up",
        recipient=email,
        subject="Prove your e-mail address",
        path="prove-email",
        secret=secret,
        now=now,
    )
