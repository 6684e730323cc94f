"""The steps of an erasure: noted for restores, derived things, platforms, rows, stores and files; then the sweep."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import CharField, ForeignKey, Model, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from creators.enums import PrivacyState
from creators.models import Creator, LegalHold, PrivacyRequest, User
from creators.services.accounts.mails import send_account_mail
from creators.services.handles.claims import release_handle
from creators.services.privacy.exporting import remove_file
from creators.services.privacy.holds import list_holds
from creators.services.privacy.progress import note_step, wait
from creators.services.privacy.restoring import remember_erased
from creators.services.privacy.subjects import build_subject
from creators.services.privacy.sweeping import sweep
from migration.failpoints import reach
from veri.platform.connections.redis import get_redis
from veri.platform.ops.privacy import OnErase, PersonalData, Phase, Subject, list_data
from veri.platform.ops.privacy.audit_entries import empty_entries_about
from veri.platform.ops.privacy.registry import run_steps
from veri.platform.ops.services.audit import record_audit

BATCH = 5_000
SETTLING = timedelta(minutes=2)  # after which nothing that had read the rows before can still write what they said


def continue_erasure(*, request: PrivacyRequest, now: datetime) -> PrivacyState:
    """Take the steps that are left. Each is repeatable, and noted when it is done."""
    sought = json.loads(request.sealed.reveal())
    subject = build_subject(request=request, names=tuple(sought["names"]))
    holds = list_holds(request=request, now=now)
    if "remembered" not in request.steps:
        note_step(request, "remembered", remember_erased(request=request, now=now))
    if "derived" not in request.steps:
        note_step(request, "derived", run_steps(phase=Phase.DERIVED, subject=subject, now=now))
    if "platforms" not in request.steps:
        note_step(request, "platforms", run_steps(phase=Phase.PLATFORMS, subject=subject, now=now))
    if "rows" not in request.steps or request.held:
        _remove_rows(request, subject, holds, now)
    note_step(request, "stores", _clear_stores(request, subject, now))
    settled_at = (request.removed_at or now) + SETTLING
    if now < settled_at:
        return wait(request, "Looks again for what was under way.", settled_at)
    return _close(request, subject, sought, holds, now)


def _remove_rows(request: PrivacyRequest, subject: Subject, holds: list[LegalHold], now: datetime) -> None:
    held = _list_held(holds)
    emptied, deleted = _empty_rows(subject, now), _delete_rows(subject, held)
    if held:
        _blank_kept(subject)
    if request.removed_at is None or any(deleted.values()):
        request.removed_at = now
    request.held, counts = _describe_held(holds, held, subject), emptied | deleted
    request.save(update_fields=["removed_at", "held"])
    note_step(request, "rows", {name: count for name, count in sorted(counts.items()) if count})


def _list_held(holds: list[LegalHold]) -> set[str]:
    """Return the held models, with those their rows refer to: without these they could not stand."""
    known = {one.model.lower(): one.table for one in list_data() if one.on_erase == OnErase.DELETE}
    held: set[str] = set()
    waiting = [name.lower() for hold in holds for name in (hold.held_models or known)]
    while waiting:
        name = waiting.pop()
        if name in known and name not in held:
            held.add(name)
            needed = [one for one in _list_foreign_keys(known[name]) if not one.null]
            waiting += [one.related_model._meta.label_lower for one in needed]  # noqa: SLF001  Django's documented API
    return held


def _list_references(model: type[Model]) -> list[tuple[str, type[Model]]]:
    """Return a model's foreign keys: field and model referred to."""
    return [(one.name, one.related_model) for one in _list_foreign_keys(model)]


def _list_foreign_keys(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [one for one in model._meta.get_fields() if isinstance(one, ForeignKey)]  # noqa: SLF001  same


def _describe_held(holds: list[LegalHold], held: set[str], subject: Subject) -> list[dict[str, Any]]:
    if not holds:
        return []
    rows = {one.model: one.select(subject).count() for one in list_data() if one.model.lower() in held}
    return [
        {
            "hold": hold.pk,
            "reason": hold.reason,
            "until": hold.until.isoformat(),
            "rows": {name: count for name, count in sorted(rows.items()) if count},
        }
        for hold in holds
    ]


@transaction.atomic(durable=True)
def _empty_rows(subject: Subject, now: datetime) -> dict[str, int]:
    """Put nothing in the place of what must go from rows that stay."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL veri.erasing = 'on'")  # what guards append-only tables allows this, and no more
        cursor.execute("SET LOCAL statement_timeout = 0")
    for creator in Creator.objects.filter(pk__in=subject.creator_ids):
        release_handle(creator=creator, now=now)
    counts = {one.model: one.select(subject).update(**one.emptied) for one in list_data() if one.emptied}
    return {**counts, "audit entries about rows": empty_entries_about(subject)}


def _delete_rows(subject: Subject, held: set[str]) -> dict[str, int]:
    """Delete what is to go, referring rows first, in batches of their own."""
    counts = {}
    for one in order_for_deletion(list_data()):
        if one.model.lower() in held:
            continue
        counts[one.model] = _delete_batches(one.select(subject))
    return counts


def _blank_kept(subject: Subject) -> None:
    """Leave nothing that names the person in the two rows what is held refers to."""
    text = CharField()
    Creator.objects.filter(pk__in=subject.creator_ids).update(
        handle=Concat(Value("erased."), Cast("pk", text)),
        handle_key=Concat(Value("erased#"), Cast("pk", text)),
        display_name="",
        bio="",
        country="",
        tags=[],
    )
    User.objects.filter(pk__in=subject.user_ids).update(
        username=Concat(Value("erased-"), Cast("pk", text)), email="", first_name="", last_name="", email_proven_at=None
    )


def order_for_deletion(data: Iterable[PersonalData]) -> list[PersonalData]:
    """Return the models whose rows are deleted, each after all that refer to it."""
    going = {one.table: one for one in data if one.on_erase == OnErase.DELETE and not one.is_cascaded}
    referring: dict[Any, set[Any]] = {model: set() for model in going}
    for model in going:
        for _, target in _list_references(model):
            if target in going and target is not model:
                referring[target].add(model)
    return [going[model] for model in TopologicalSorter(referring).static_order()]


def _delete_batches(rows: "QuerySet[Any]") -> int:
    """Delete rows in transactions of ``BATCH``; nothing refers to them any longer but, perhaps, each other."""
    count, model = 0, rows.model
    for name, target in _list_references(model):
        if target is model:
            rows.filter(**{f"{name}__isnull": False}).update(**{name: None})
    while True:
        with transaction.atomic(durable=True):
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            batch = model._base_manager.filter(pk__in=keys)  # noqa: SLF001  same
            if model in (Creator, User):
                batch.delete()  # few rows, and rows that stay refer to them: these references are emptied
                count += len(keys)
            elif keys:
                count += int(batch._raw_delete(batch.db))  # noqa: SLF001  one statement, where the ORM reads each row
        reach("erasure.after_batch")
        if len(keys) < BATCH:
            return count


def _clear_stores(request: PrivacyRequest, subject: Subject, now: datetime) -> dict[str, int]:
    counts = run_steps(phase=Phase.STORES, subject=subject, now=now)
    counts["redis"] = _clear_redis(subject)
    counts["sessions"] = _delete_sessions(subject)
    counts["files"] = sum(
        remove_file(request=one)
        for one in PrivacyRequest.objects.filter(_of(request), file_name__gt="").iterator(chunk_size=100)
    )
    return counts


def _of(request: PrivacyRequest) -> Q:
    mine = Q(creator_keys__overlap=list(request.creator_keys))
    return mine | Q(user_key=request.user_key) if request.is_whole_account else mine


def _clear_redis(subject: Subject) -> int:
    """Delete the rate windows that name the account."""
    client, count = get_redis(), 0
    for pk in subject.user_ids:
        for pattern in (f"veri:rate:*:user-{pk}", f"veri:rate:second-factor:{pk}"):
            count += sum(int(client.delete(name)) for name in client.scan_iter(match=pattern, count=1000))
    return count


def _delete_sessions(subject: Subject) -> int:
    """Delete the account's sessions: the user stands inside of each one's signed data, so all are looked at."""
    if not subject.user_ids:
        return 0
    wanted = {str(pk) for pk in subject.user_ids}
    keys = [
        one.pk
        for one in Session.objects.iterator(chunk_size=1000)
        if str(one.get_decoded().get("_auth_user_id")) in wanted
    ]
    return Session.objects.filter(pk__in=keys).delete()[0]


def _close(
    request: PrivacyRequest, subject: Subject, sought: dict[str, Any], holds: list[LegalHold], now: datetime
) -> PrivacyState:
    """Look for what is left. Nothing unexpected: the request is done, or held by what the law wants kept."""
    found = sweep(subject=subject, words=sought["words"], texts=sought["texts"], held=_list_held(holds))
    request.evidence = {**found.evidence, "at": now.isoformat()}
    if found.is_clean and not holds:
        request.state, request.waits_for, request.finished_at = PrivacyState.DONE, "", now
    elif found.is_clean:
        request.state, request.waits_for = PrivacyState.HELD, "Legal holds keep some of it."
        request.next_at = min(hold.until for hold in holds)
    else:
        request.state, request.waits_for = PrivacyState.ATTENTION, "The sweep found what should not be there."
    with transaction.atomic(durable=True):
        if request.state == PrivacyState.DONE:
            request.sealed = ""
            if sought["recipient"]:
                send_account_mail(
                    template="erased", recipient=sought["recipient"], subject="You have been erased", now=now
                )
        request.save(update_fields=["state", "waits_for", "finished_at", "evidence", "sealed", "next_at"])
        record_audit(actor="privacy", action=f"privacy.{request.state}", target=request, after=found.evidence, now=now)
    return PrivacyState(request.state)
