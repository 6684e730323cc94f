"""Ask for an export or an erasure. An erasure suppresses at once, in the same transaction; the rest is queued."""

import json
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from creators.enums import (
    ConnectionState,
    ConsentSource,
    ConsentState,
    PrivacyKind,
    PrivacySource,
    PrivacyState,
    ProofPurpose,
)
from creators.errors import PrivacyRequestOpen
from creators.models import AccountProof, ConsentRecord, Creator, PlatformConnection, PrivacyRequest, User
from creators.queries.consent import list_granted
from creators.services.accounts.mails import may_be_mailed, send_account_mail
from creators.services.accounts.proofs import issue_proof, take_proof
from creators.services.games.boards import show_on_boards
from creators.services.locks import lock_address, lock_consent
from creators.services.privacy.subjects import list_names, list_words
from creators.services.privacy.texts import list_texts
from creators.services.summaries import remove_summaries
from veri.platform.events.services import publish_event
from veri.platform.http.services.sign_ins import end_tokens
from veri.platform.ops.services.audit import record_audit

DUE_IN = timedelta(days=30)
ERASURE_EVENT = "creator.erasure_requested"
logger = structlog.get_logger(__name__)


@transaction.atomic(durable=True)
def request_export(
    *, user: User, creator: Creator | None, acting_user: User, source: PrivacySource, now: datetime, reason: str = ""
) -> PrivacyRequest:
    """Ask for everything that is kept about a user and his creators, or about one creator.

    Raises:
        PrivacyRequestOpen: the same is under way.
    """
    creators = [creator] if creator else list(Creator.objects.filter(owner=user))
    request = _open(
        kind=PrivacyKind.EXPORT,
        user=user,
        creator=creator,
        creators=creators,
        acting_user=acting_user,
        source=source,
        now=now,
    )
    record_audit(actor=acting_user, action="privacy.export_requested", target=request, reason=reason, now=now)
    return request


@transaction.atomic(durable=True)
def request_erasure(
    *,
    user: User | None,
    creator: Creator | None,
    acting_user: User | None,
    source: PrivacySource,
    now: datetime,
    reason: str = "",
    secret: str = "",
) -> PrivacyRequest:
    """Erase a user with his creators, or one creator, who may have no owner.

    At once nobody can sign in, nothing is found, read or taken in any longer, and consents are withdrawn; platforms,
    rows, documents and files follow in steps. Publishes ``creator.erasure_requested`` {creator_id, request_id} for
    each creator.

    ``secret`` is a mailed one, see ``request_erasure_code``; it is used up where it is given.

    Raises:
        PrivacyRequestOpen: it is under way.
        ProofNotUsable: the secret is worth nothing.
    """
    if creator is None and user is None:
        raise ValueError("an erasure is about somebody")
    if secret:
        take_proof(purpose=ProofPurpose.ERASURE, secret=secret, now=now, user=user)
    creators = [creator] if creator else list(Creator.objects.filter(owner=user))
    request = _open(
        kind=PrivacyKind.ERASURE,
        user=user,
        creator=creator,
        creators=creators,
        acting_user=acting_user,
        source=source,
        now=now,
    )
    keys = [one.pk for one in creators]
    sought = {
        "names": list_names(user=None if creator else user, creators=creators),
        "words": list_words(user=None if creator else user, creators=creators),
        "texts": list_texts(creator_ids=keys),
        "recipient": user.email if user and user.email and source != PrivacySource.RESTORE else "",
    }
    request.sealed = json.dumps(sought)
    request.save(update_fields=["sealed"])
    for one in creators:
        _suppress_creator(one, acting_user, now)
        publish_event(name=ERASURE_EVENT, key=str(one.pk), payload={"creator_id": one.pk, "request_id": request.pk})
    if user is not None and creator is None:
        _suppress_user(user)
    record_audit(actor=acting_user, action="privacy.erasure_requested", target=request, reason=reason, now=now)
    return request


@transaction.atomic(durable=True)
def request_erasure_code(*, user: User, now: datetime) -> None:
    """Mail a secret by which a user confirms his erasure instead of by his password."""
    if not user.email or not may_be_mailed(email=user.email):
        return
    lock_address(email=user.email)
    send_account_mail(
        template="erasure",
        recipient=user.email,
        subject="Confirm that you want to be erased",
        path="erase",
        secret=issue_proof(purpose=ProofPurpose.ERASURE, email=user.email, user=user, now=now),
        now=now,
    )


def _open(
    *,
    kind: PrivacyKind,
    user: User | None,
    creator: Creator | None,
    creators: list[Creator],
    acting_user: User | None,
    source: PrivacySource,
    now: datetime,
) -> PrivacyRequest:
    if user is not None:
        User.objects.select_for_update().get(pk=user.pk)  # two requests at once must not both find none
    keys = sorted(one.pk for one in creators)
    same = PrivacyRequest.objects.exclude(state__in=[PrivacyState.DONE, PrivacyState.HELD]).filter(
        Q(user_key=user.pk, is_whole_account=True) if creator is None and user else Q(creator_keys__contains=keys),
        kind=kind,
    )
    if found := same.first():
        raise PrivacyRequestOpen(f"Request {found.pk} is under way.")
    request = PrivacyRequest.objects.create(
        kind=kind,
        user=user,
        creator=creator,
        user_key=user.pk if user else None,
        creator_keys=keys,
        is_whole_account=creator is None,
        source=source,
        asked_by=acting_user,
        asked_at=now,
        due_at=now + DUE_IN,
        next_at=now,
    )
    transaction.on_commit(lambda: _enqueue(request.pk))
    return request


def _suppress_creator(creator: Creator, acting_user: User | None, now: datetime) -> None:
    """Make a creator nobody's, silent and unseen. ``owner`` empties, so that every read by a person misses him."""
    lock_consent(creator_id=creator.pk)
    granted = list_granted(creator_id=creator.pk)
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            creator=creator,
            purpose=purpose,
            is_granted=False,
            recorded_at=now,
            actor=acting_user,
            actor_label="erasure",
            source=ConsentSource.API,
            reason="The person is being erased.",
        )
        for purpose in granted
    )
    remove_summaries(creator_ids=[creator.pk])
    show_on_boards(creator_id=creator.pk, is_shown=False, now=now)
    PlatformConnection.objects.filter(creator=creator).update(state=ConnectionState.REVOKED)
    Creator.objects.filter(pk=creator.pk).update(
        is_active=False, consent_state=ConsentState.WITHDRAWN, owner=None, updated_at=now
    )


def _suppress_user(user: User) -> None:
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    end_tokens(user_id=user.pk)
    AccountProof.objects.filter(user=user).delete()


def _enqueue(request_id: int) -> None:
    from creators.tasks import process_privacy_request_task  # tasks stand above the services they call

    try:
        process_privacy_request_task.apply_async(kwargs={"request_id": request_id}, retry=False)
    except Exception as failure:  # noqa: BLE001  the broker is away: the sweep takes it within a minute
        logger.warning("privacy_request_not_enqueued", request=request_id, error=type(failure).__name__)
