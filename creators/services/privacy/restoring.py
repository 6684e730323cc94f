"""Who was erased stays erased when a backup is put back: keyed hashes outlive the database in a file beside it."""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from creators.enums import PrivacySource
from creators.errors import PrivacyRequestOpen
from creators.models import Creator, ErasedSubject, PrivacyRequest, User
from creators.services.privacy.requests import request_erasure

FILE_NAME = "erased-subjects.jsonl"


def remember_erased(*, request: PrivacyRequest, now: datetime) -> int:
    """Write the hashes of an erasure's people into the table, and into the file that no restore replaces.

    Raises:
        OSError: the file cannot be written; the erasure waits, since a restore would undo it.
    """
    creators = Creator.objects.filter(pk__in=request.creator_keys)
    users = User.objects.filter(pk=request.user_key or 0) if request.is_whole_account else User.objects.none()
    digests = [next(_hash(kind, pk, made)) for kind, pk, made in _list_people(creators, users)]
    with transaction.atomic(durable=True):
        ErasedSubject.objects.bulk_create(
            (ErasedSubject(digest=digest, erased_at=now) for digest in digests), ignore_conflicts=True
        )
    known = _read_file()
    lines = [json.dumps({"digest": one, "erased_at": now.isoformat()}) for one in digests if one not in known]
    if lines:
        _append("\n".join(lines) + "\n")
    return len(digests)


def replay_erasures(*, now: datetime) -> int:
    """Ask for the erasure of everybody in the database who was erased before; return how many requests were made.

    Called after a restore: nobody of them can be seen from then on.
    """
    known = _read_file() | set(ErasedSubject.objects.values_list("digest", flat=True))
    if not known:
        return 0
    count = 0
    for user in User.objects.filter(is_active=True).iterator(chunk_size=1000):
        if _is_known("user", user.pk, user.date_joined, known):
            count += _erase(user=user, creator=None, now=now)
    for creator in Creator.objects.filter(is_active=True).iterator(chunk_size=1000):
        if _is_known("creator", creator.pk, creator.created_at, known):
            count += _erase(user=None, creator=creator, now=now)
    return count


def _erase(*, user: User | None, creator: Creator | None, now: datetime) -> int:
    try:
        request_erasure(
            user=user,
            creator=creator,
            acting_user=None,
            source=PrivacySource.RESTORE,
            now=now,
            reason="a backup from before the erasure was put back",
        )
    except PrivacyRequestOpen:
        return 0
    return 1


def _list_people(creators: Iterable[Creator], users: Iterable[User]) -> Iterator[tuple[str, int, datetime]]:
    yield from (("creator", one.pk, one.created_at) for one in creators)
    yield from (("user", one.pk, one.date_joined) for one in users)


def _is_known(kind: str, pk: int, made_at: datetime, known: set[str]) -> bool:
    return any(digest in known for digest in _hash(kind, pk, made_at))


def _hash(kind: str, pk: int, made_at: datetime) -> Iterator[str]:
    """Yield the hash by each configured key, the newest first. The instant tells apart who has an id given anew."""
    text = f"{kind}:{pk}:{made_at.timestamp():.6f}".encode()
    for key in settings.ENCRYPTION_KEYS:
        yield hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def _get_path() -> Path:
    return Path(settings.BACKUP_DIR) / FILE_NAME


def _read_file() -> set[str]:
    try:
        lines = _get_path().read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return set()
    return {json.loads(line)["digest"] for line in lines if line.endswith("}")}


def _append(text: str) -> None:
    """Append in one write that has reached the disk when this returns."""
    path = _get_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
