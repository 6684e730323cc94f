"""The deep tier's walk: every document beside its row, in windows of the key range, both directions in one scan.

Documents of a window are streamed as bytes and compared batch by batch with the rows of their keys. Rows whose
document did not come are missing; documents without a row are extra. A window ends with a checkpoint. After the last
one documents whose ``_id`` is no key at all are looked for.
"""

from collections.abc import Sequence

import numpy as np

from migration.models.dataset import LOWEST_KEY
from migration.services.verification.comparing import build_foreign
from migration.services.verification.generations import compare_keys
from migration.services.verification.state import Pass
from migration.stores import key_ranges, raw_documents, rows


def walk_all(work: Pass) -> bool:
    """Compare every key from the cursor on; return False when the time is over before that."""
    while not work.run.is_walked:
        work.begin_window()
        after = work.run.cursor
        until = key_ranges.find_window_end(work.spec, after=after, rows=work.pace.window)
        _compare_window(work, after=after, until=until)
        if until is None and after > LOWEST_KEY:
            look_for_foreign(work)
        work.checkpoint(cursor=after if until is None else until, is_walked=until is None)
        if work.pace.is_over:
            return work.run.is_walked
    return True


def _compare_window(work: Pass, *, after: int, until: int | None) -> None:
    seen = [np.empty(0, dtype=np.int64)]
    for batch in raw_documents.stream_window(work.spec, after=after, until=until, batch=work.batch):
        stored = dict(raw_documents.index_by_key(batch))
        _compare_batch(work, stored)
        if len(stored) < len(batch):
            note_foreign(work, batch)
        seen.append(np.fromiter(stored.keys(), dtype=np.int64, count=len(stored)))
    expected = key_ranges.list_window(work.spec, after=after, until=until)
    missing = np.setdiff1d(expected, np.concatenate(seen))
    for start in range(0, len(missing), work.batch):
        keys = missing[start : start + work.batch].tolist()
        work.note(compare_keys(work.comparer, keys), compared=len(keys))


def _compare_batch(work: Pass, stored: dict[int, bytes]) -> None:
    read = rows.read_rows(work.spec, keys=list(stored))
    differences = work.comparer.compare(read, stored)
    gone = len(stored) - len(read.rows) - len(read.unreadable)
    extra = sum(one.row is None and one.document is not None for one in differences)
    work.note(differences, compared=len(stored) - gone + extra)


def look_for_foreign(work: Pass) -> None:
    """Keep every document whose ``_id`` is no key."""
    for batch in raw_documents.stream_foreign(work.spec, batch=work.batch):
        note_foreign(work, batch)


def note_foreign(work: Pass, batch: Sequence[bytes]) -> None:
    """Keep those documents of a batch whose ``_id`` is no key."""
    found = [build_foreign(one) for one in batch if raw_documents.read_key(one) is None]
    work.note(found, compared=len(found))
