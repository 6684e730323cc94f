"""Look for what is left of an erased person: by reference in every registered model, by words everywhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bson import json_util
from django.conf import settings
from django.db import connection, transaction

from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database
from veri.platform.connections.redis import get_redis
from veri.platform.ops.privacy import OnErase, Subject, list_data

# Rows that may name the person, and why. Words alone are no proof: others may have written them.
EXPECTED = {
    "creators_formerhandle": "the handle is blocked for 90 days",
    "creators_privacyrequest": "this request itself, sealed",
}
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"""
_HOLDS = "SELECT count(*) FROM {} r WHERE r::text ILIKE ANY(%s)"
LARGEST_FILE = 64 * 1024 * 1024
_SKIPPED = ("backups", "archives", "postgres", "redis", "mongo", "metrics")


@dataclass(frozen=True, kw_only=True)
class Found:
    """``left`` are rows by reference and texts, which must not be; ``mentions`` are words, which others may use."""

    evidence: dict[str, Any]
    is_clean: bool


def sweep(*, subject: Subject, words: Sequence[str], texts: Sequence[str], held: set[str]) -> Found:
    """Search PostgreSQL, MongoDB, Redis and the files; return what is left, by place and with the reason.

    ``held`` models are left out. Raises what a store that is away raises: then nobody knows.
    """
    referred = {
        one.model: count
        for one in list_data()
        if one.on_erase == OnErase.DELETE
        and not one.is_cascaded
        and one.model.lower() not in held
        and (count := one.select(subject).count())
    }
    held_tables = {one.table._meta.db_table for one in list_data() if one.model.lower() in held}  # noqa: SLF001  Django's documented API
    said, named = _search(texts, held_tables), _search(words, held_tables)
    retained = {one.model: one.reason for one in list_data() if one.on_erase == OnErase.RETAIN}
    evidence = {
        "rows_left": referred,
        "texts_found": said,
        "words_found": named,
        "expected": {place: EXPECTED[place] for place in named if place in EXPECTED},
        "retained": {
            name: {"rows": count, "why": retained[name]}
            for one in list_data()
            if (name := one.model) in retained and (count := one.select(subject).count())
        },
        "not_searched": "backups and archives: they expire, and erasures are done again when one is put back",
    }
    return Found(evidence=evidence, is_clean=not referred and not said)


def _search(needles: Sequence[str], held_tables: set[str]) -> dict[str, int]:
    """Return in how many rows, documents, keys and files something is found, by place."""
    if not needles:
        return {}
    found = {name: count for name, count in _search_tables(needles).items() if name not in held_tables}
    found |= {f"mongo:{name}": count for name, count in _search_documents(needles).items()}
    if count := _count_keys(needles):
        found["redis"] = count
    return found | {f"file:{name}": 1 for name in _list_files(needles)}


def _search_tables(needles: Sequence[str]) -> dict[str, int]:
    patterns = [f"%{_escape(one)}%" for one in needles]
    patterns += [f"%{one.encode().hex()}%" for one in needles]  # bytes are written in hexadecimal
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_TABLES)
        counts = {}
        for (table,) in cursor.fetchall():
            cursor.execute(_HOLDS.format(connection.ops.quote_name(table)), [patterns])
            if count := cursor.fetchone()[0]:
                counts[table] = int(count)
    return counts


def _escape(word: str) -> str:
    r"""Return a LIKE pattern of a word as it stands in a row's text, where quotes and backslashes are doubled."""
    plain = word.replace("%", "_")  # an underscore stands for any one character, itself too
    return re.sub(r'["\\\n\r\t]+', "%", plain)


def _search_documents(needles: Sequence[str]) -> dict[str, int]:
    database, counts = get_database(), {}
    for name in database.list_collection_names():
        if name.startswith("system."):
            continue
        documents = (json_util.dumps(one, ensure_ascii=False).lower() for one in database[name].find(LIVE))
        if count := sum(any(word.lower() in text for word in needles) for text in documents):
            counts[name] = count
    return counts


def _count_keys(needles: Sequence[str]) -> int:
    client, wanted, count = get_redis(), [one.lower().encode() for one in needles], 0
    for key in client.scan_iter(count=1000):
        held: Any = client.dump(key) or b""
        plain: Any = client.get(key) if client.type(key) == b"string" else b""
        count += any(word in (key + held + (plain or b"")).lower() for word in wanted)
    return count


def _list_files(needles: Sequence[str]) -> list[str]:
    """Return our own files that hold a word; data folders of stores are searched through the stores."""
    root, wanted, found = Path(settings.VAR_DIR), [one.lower().encode() for one in needles], []
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        name = path.relative_to(root)
        if name.parts[0] in _SKIPPED or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            continue
        if any(word in path.read_bytes().lower() for word in wanted):
            found.append(str(name))
    return found
