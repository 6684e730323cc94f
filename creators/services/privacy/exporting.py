"""Exports: one archive with everything registered, for its owner alone, for seven days."""

import json
import secrets
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model

from creators.enums import PrivacyState
from creators.errors import ExportNotReady
from creators.models import Creator, PrivacyRequest, User
from creators.services.accounts.mails import send_account_mail
from creators.services.privacy.subjects import build_subject, list_names
from veri.platform.ops.privacy import PersonalData, list_data
from veri.platform.ops.services.audit import record_audit

KEPT_FOR = timedelta(days=7)
ROWS_AT_ONCE = 1_000
ABOUT = """Everything kept about you, as of the time in manifest.json.

data/ holds one file for each kind of record, a JSON object a line; manifest.json says how many there are, why each is
kept, and what is left out and why. MongoDB and Redis hold copies of these records, and nothing besides.
"""


def make_export(*, request: PrivacyRequest, now: datetime) -> PrivacyState:
    """Write the archive anew and tell the person; a process killed before leaves a file nobody refers to.

    Raises:
        OSError: the file cannot be written.
    """
    user = request.user
    creators = list(Creator.objects.filter(pk__in=request.creator_keys))
    names = tuple(list_names(user=user if request.is_whole_account else None, creators=creators))
    subject = build_subject(request=request, names=names)
    name = f"{secrets.token_urlsafe(24)}.zip"
    path = _get_folder() / name
    counts = {}
    with _open_private(path) as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", ABOUT)
        for one in list_data():
            if not one.not_exported:
                counts[one.model] = _write_model(archive, one, one.select(subject))
        archive.writestr("manifest.json", json.dumps(_describe(counts, now), indent=1))
    with transaction.atomic(durable=True):
        request.file_name, request.file_size = name, path.stat().st_size
        request.file_expires_at, request.finished_at = now + KEPT_FOR, now
        request.state, request.waits_for, request.steps = PrivacyState.DONE, "", counts
        request.save()
        if user is not None and user.email:
            send_account_mail(template="export", recipient=user.email, subject="Your export is ready", now=now)
    return PrivacyState.DONE


def open_export(*, request: PrivacyRequest, acting_user: User, now: datetime, reason: str = "") -> IO[bytes]:
    """Open an archive for reading, audited.

    Raises:
        ExportNotReady: it is not made yet, or its time is over.
    """
    if not request.file_name or request.file_expires_at is None or request.file_expires_at <= now:
        raise ExportNotReady("This export is not ready, or its time is over: ask for another.")
    with transaction.atomic():
        record_audit(actor=acting_user, action="privacy.export_read", target=request, reason=reason, now=now)
    try:
        return (_get_folder() / request.file_name).open("rb")
    except FileNotFoundError as error:
        raise ExportNotReady("This export is gone: ask for another.") from error


def remove_expired_exports(*, now: datetime) -> int:
    """Delete archives whose time is over, and files nobody refers to; return how many."""
    over = PrivacyRequest.objects.filter(file_name__gt="", file_expires_at__lte=now)
    count = sum(remove_file(request=one) for one in over)
    known = set(PrivacyRequest.objects.filter(file_name__gt="").values_list("file_name", flat=True))
    for path in _get_folder().glob("*.zip"):
        if path.name not in known and path.stat().st_mtime < (now - KEPT_FOR).timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


def remove_file(*, request: PrivacyRequest) -> int:
    """Delete a request's archive; return whether there was one."""
    path = _get_folder() / request.file_name
    existed = bool(request.file_name) and path.is_file()
    path.unlink(missing_ok=True) if existed else None
    PrivacyRequest.objects.filter(pk=request.pk).update(file_name="", file_size=0)
    return int(existed)


def _write_model(archive: zipfile.ZipFile, data: PersonalData, rows: Any) -> int:
    count = 0
    fields = [
        field
        for field in data.table._meta.concrete_fields  # noqa: SLF001  Django's documented API
        if field.name not in data.hidden
    ]
    with archive.open(f"data/{data.model}.jsonl", "w", force_zip64=True) as target:
        for row in rows.order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
            line = {field.attname: _plain(row, field.attname) for field in fields}
            target.write(json.dumps(line, cls=_Encoder, ensure_ascii=False).encode() + b"\n")
            count += 1
    return count


def _plain(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.to_list() if hasattr(value, "to_list") else value  # a vector


class _Encoder(DjangoJSONEncoder):
    def default(self, value: Any) -> Any:
        return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else super().default(value)


def _describe(counts: dict[str, int], now: datetime) -> dict[str, Any]:
    return {
        "made_at": now.isoformat(),
        "records": {
            one.model: {"count": counts[one.model], "why": one.reason, "left_out": dict(one.hidden)}
            for one in list_data()
            if one.model in counts
        },
        "not_in_here": {one.model: one.not_exported for one in list_data() if one.not_exported},
    }


def _get_folder() -> Path:
    folder = Path(settings.EXPORT_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _open_private(path: Path) -> IO[bytes]:
    path.touch(mode=0o600, exist_ok=False)
    return path.open("wb")
