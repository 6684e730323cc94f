"""Whether a dataset's capture triggers are what the migrations made them, by PostgreSQL's own catalogue."""

from hashlib import md5
from typing import NamedTuple

from django.db import connection

from migration.registry import DatasetSpec
from migration.sql import VERSION_BODY, build_capture_body

# pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
_EXPECTED_TYPES = {
    "version": 1 | 2 | 16,
    "capture_insert": 4,
    "capture_update": 16,
    "capture_delete": 8,
    "capture_truncate": 32,
}
_TRIGGERS = """
SELECT t.tgname, t.tgenabled::text, t.tgtype, p.proname, md5(p.prosrc)
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal"""


class _Trigger(NamedTuple):
    name: str
    enabled: str
    type: int
    function: str
    source: str


def find_missing_triggers(spec: DatasetSpec) -> list[str]:
    """Return what is wrong with the five triggers of a dataset, a sentence each; empty when all are alive.

    Each must exist, fire ALWAYS (also in replica sessions), on its own event, and run the function of this release.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [spec.table])
        found = {one.name: one for one in map(_Trigger._make, cursor.fetchall())}
    checked = (_check(spec, event, found.get(f"{spec.name}_{event}")) for event in _EXPECTED_TYPES)
    return [problem for problem in checked if problem]


def _check(spec: DatasetSpec, event: str, trigger: _Trigger | None) -> str:
    name = f"{spec.name}_{event}"
    if trigger is None:
        return f"trigger {name} is missing on {spec.table}"
    if trigger.enabled != "A":
        return f"trigger {name} is disabled" if trigger.enabled == "D" else f"trigger {name} does not fire ALWAYS"
    if trigger.type != _EXPECTED_TYPES[event]:
        return f"trigger {name} fires on another event"
    function, body = _get_expected_function(spec, event)
    if trigger.function != function or trigger.source != md5(body.encode(), usedforsecurity=False).hexdigest():
        return f"trigger {name} runs another function than this release's {function}"
    return ""


def _get_expected_function(spec: DatasetSpec, event: str) -> tuple[str, str]:
    if event == "version":
        return "migration_renew_version", VERSION_BODY
    return f"migration_capture_{spec.name}", build_capture_body(dataset=spec.name, scope_column=spec.scope_column)
