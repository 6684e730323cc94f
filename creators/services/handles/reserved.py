"""Words nobody may take: the starting list, lists staff import, and single words."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from creators.enums import ReservedKind
from creators.errors import ReservedFileRejected
from creators.handle_keys import compute_key
from creators.models import ReservedHandle, User
from veri.platform.ops.services.audit import record_audit

FIRST_LIST = Path(__file__).parents[2] / "data" / "reserved_handles.csv"
FIRST_SOURCE = "starting list"
LONGEST_WORD = 60


@dataclass(frozen=True, kw_only=True)
class ReservedWord:
    word: str
    kind: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportedWords:
    """``known`` were there before, perhaps as a word that looks alike; they were left as they stand."""

    added: int
    known: int


def read_reserved_words(text: str) -> list[ReservedWord]:
    """Return the words of a list: CSV with the columns kind, word and reason, or plain text with a word a line.

    Raises:
        ReservedFileRejected: naming the first line that cannot be read.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.startswith("#")]
    if lines and lines[0].replace(" ", "").startswith("kind,word"):
        rows = csv.DictReader(io.StringIO("\n".join(lines)), skipinitialspace=True)
        found = [
            ReservedWord(word=row["word"] or "", kind=row["kind"] or "", reason=row.get("reason") or "") for row in rows
        ]
    else:
        found = [ReservedWord(word=line.strip(), kind=ReservedKind.TERM) for line in lines]
    for number, one in enumerate(found, start=1):
        usable = one.kind in ReservedKind.values and compute_key(one.word) and len(one.word) <= LONGEST_WORD
        if not usable or "\0" in one.word + one.reason:
            raise ReservedFileRejected(f"Entry {number} has no known kind, or no usable word.")
    return found


@transaction.atomic(durable=True)
def import_reserved_words(
    *, words: Iterable[ReservedWord], source: str, actor: User | str, reason: str, now: datetime
) -> ImportedWords:
    """Add what is missing, audited; words that are known are left as they stand, so that it can be repeated."""
    imported = _insert(words, source=source, now=now)
    if imported.added:
        target = ("creators.reservedhandle", source)
        after = {"added": imported.added}
        record_audit(
            actor=actor, action="reserved_handles.imported", target=target, reason=reason, after=after, now=now
        )
    return imported


@transaction.atomic(durable=True)
def set_reserved(*, reserved: ReservedHandle, is_active: bool, acting_user: User, reason: str, now: datetime) -> bool:
    """Free a word or reserve it again, audited; return whether anything changed.

    Rows stay: an import would bring them back.
    """
    if not ReservedHandle.objects.filter(pk=reserved.pk, is_active=not is_active).update(is_active=is_active):
        return False
    action = "reserved_handle.reserved" if is_active else "reserved_handle.freed"
    record_audit(actor=acting_user, action=action, target=reserved, reason=reason, now=now)
    return True


def insert_reserved_word(*, word: str, kind: str, reason: str, acting_user: User, now: datetime) -> ReservedHandle:
    """Reserve one word inside the caller's transaction, audited.

    Raises:
        IntegrityError: ``reserved_handle_key_unique``; the caller's transaction is broken.
    """
    stored = ReservedHandle.objects.create(
        key=compute_key(word), word=word, kind=kind, source="console", reason=reason, added_at=now
    )
    record_audit(actor=acting_user, action="reserved_handle.added", target=stored, reason=reason, now=now)
    return stored


def install_first_reserved_words(**_signal: Any) -> None:
    """Add the starting list's words that are missing, after the tables were migrated."""
    _insert(read_reserved_words(FIRST_LIST.read_text(encoding="utf-8")), source=FIRST_SOURCE, now=timezone.now())


def _insert(words: Iterable[ReservedWord], *, source: str, now: datetime) -> ImportedWords:
    by_key = {compute_key(one.word): one for one in words}
    before = ReservedHandle.objects.filter(key__in=by_key).count()
    ReservedHandle.objects.bulk_create(
        (
            ReservedHandle(key=key, word=one.word, kind=one.kind, source=source, reason=one.reason, added_at=now)
            for key, one in by_key.items()
        ),
        ignore_conflicts=True,
    )
    return ImportedWords(added=len(by_key) - before, known=before)
