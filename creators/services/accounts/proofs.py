"""Secrets sent to addresses: made, and taken once."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from creators.codes import hash_code
from creators.enums import ProofPurpose
from creators.errors import ProofNotUsable
from creators.models import AccountProof, User

LIFETIMES = {
    ProofPurpose.SIGN_UP: timedelta(hours=24),
    ProofPurpose.ADDRESS: timedelta(hours=24),
    ProofPurpose.RESET: timedelta(hours=1),
    ProofPurpose.ERASURE: timedelta(hours=1),
}


def issue_proof(*, purpose: ProofPurpose, email: str, now: datetime, user: User | None = None, **kept: Any) -> str:
    """Replace an earlier secret of the same purpose; return the new one, which is stored nowhere.

    Needs the caller's transaction and the address's lock.
    """
    earlier = AccountProof.objects.filter(purpose=purpose)
    (earlier.filter(user=user) if user else earlier.filter(user=None, email__iexact=email)).delete()
    secret = secrets.token_urlsafe(32)
    AccountProof.objects.create(
        purpose=purpose,
        email=email,
        user=user,
        secret_hash=hash_code(secret),
        made_at=now,
        expires_at=now + LIFETIMES[purpose],
        **kept,
    )
    return secret


def take_proof(*, purpose: ProofPurpose, secret: str, now: datetime, user: User | None = None) -> AccountProof:
    """Use a secret up, inside the caller's transaction: when that is rolled back, it can be used again.

    Raises:
        ProofNotUsable: unknown, expired, used, replaced, or another user's.
    """
    held = AccountProof.objects.select_for_update(of=("self",)).filter(
        purpose=purpose, secret_hash=hash_code(secret), expires_at__gt=now
    )
    proof = (held.filter(user=user) if user else held).select_related("user", "invite").first()
    if proof is None:
        raise ProofNotUsable
    AccountProof.objects.filter(pk=proof.pk).delete()
    return proof


def remove_expired_proofs(*, now: datetime) -> int:
    """Delete secrets nobody sent back in time, with the sign-ups they were of; return how many."""
    return AccountProof.objects.filter(expires_at__lte=now).delete()[0]
