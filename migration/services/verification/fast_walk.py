"""The fast tier's walk: rows' versions against the ledger, the ledger against the stamps MongoDB holds.

Only keys on which any two of the three disagree are compared by content. The walk trusts whoever wrote the stamps, so
it never stands in for a deep pass; but it looks at everything in a fraction of the time.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from migration.models.dataset import LOWEST_KEY
from migration.services.verification.deep_walk import look_for_foreign, note_foreign
from migration.services.verification.differences import Difference
from migration.services.verification.generations import compare_keys
from migration.services.verification.state import Pass
from migration.stores import fingerprints, key_ranges, ledger, raw_documents
from migration.stores.fingerprints import Stamps


def walk_fingerprints(work: Pass) -> bool:
    """Compare every key's stamps from the cursor on; return False when the time is over before that."""
    while not work.run.is_walked:
        work.begin_window()
        after = work.run.cursor
        until = key_ranges.find_window_end(work.spec, after=after, rows=work.pace.window)
        _compare_window(work, after=after, until=until)
        work.checkpoint(cursor=after if until is None else until, is_walked=until is None)
        if work.pace.is_over:
            return work.run.is_walked
    return True


def _compare_window(work: Pass, *, after: int, until: int | None) -> None:
    stamps = _read_stamps(work, after=after, until=until)
    known = fingerprints.read_ledger(work.spec, after=after, until=until)
    doubtful = find_doubtful(known, stamps)
    for start in range(0, len(doubtful), work.batch):
        keys = doubtful[start : start + work.batch].tolist()
        differences = compare_keys(work.comparer, keys)
        _mend_ledger(work, keys, differences)
        work.note(differences, compared=0)
    work.note([], compared=int(np.count_nonzero((known["row"] > 0) | ~known["is_deleted"])))


def _read_stamps(work: Pass, *, after: int, until: int | None) -> Stamps:
    parts = [np.empty(0, dtype=fingerprints.STAMP)]
    for batch in raw_documents.stream_stamps(work.spec, after=after, until=until, batch=work.batch):
        parts.append(fingerprints.parse_stamps(batch))
        if len(parts[-1]) < len(batch):
            note_foreign(work, batch)
    if until is None and after > LOWEST_KEY:
        look_for_foreign(work)
    return np.concatenate(parts)


def find_doubtful(known: fingerprints.Ledger, stamps: Stamps) -> npt.NDArray[np.int64]:
    """Return the keys on which row, ledger and stamp do not agree, in order.

    A live row wants the ledger to have its version and the document to have the ledger's version and fingerprint.
    Without a row there must be no live document.
    """
    stamps = stamps[np.argsort(stamps["key"], kind="stable")]
    place = np.searchsorted(stamps["key"], known["key"])
    inside = np.minimum(place, max(len(stamps) - 1, 0))
    has_stamp = (place < len(stamps)) & (stamps["key"][inside] == known["key"]) if len(stamps) else place < 0
    matched = stamps[inside] if len(stamps) else np.zeros(len(known), dtype=fingerprints.STAMP)
    is_same = (
        has_stamp
        & matched["is_live"]
        & ~known["is_deleted"]
        & (known["row"] == known["version"])
        & (matched["version"] == known["version"])
        & (matched["fingerprint"] == known["fingerprint"])
    )
    is_gone = (known["row"] == 0) & ~(has_stamp & matched["is_live"])
    unknown = np.setdiff1d(stamps["key"][stamps["is_live"]], known["key"])
    return np.union1d(known["key"][~(is_same | is_gone)], unknown)


def _mend_ledger(work: Pass, keys: Iterable[int], differences: list[Difference]) -> None:
    """Write into the ledger what was just proven by content: entries from before there was one, like."""
    right = set(keys) - {one.key for one in differences}
    stored = raw_documents.fetch_keys(work.spec, keys=sorted(right)) if right else {}
    stamped = [document for one in stored.values() if _is_ours(document := raw_documents.decode(one))]
    ledger.record_written(work.spec, stamped)


def _is_ours(document: dict[str, object]) -> bool:
    stamp = document.get("_mig")
    return isinstance(stamp, dict) and isinstance(stamp.get("v"), int)
