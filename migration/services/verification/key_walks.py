"""Walks over chosen keys: a random sample, what changed lately, one creator."""

from migration.models.dataset import LOWEST_KEY
from migration.services.verification.deep_walk import note_foreign
from migration.services.verification.generations import compare_keys
from migration.services.verification.state import Pass
from migration.stores import key_ranges, ledger, raw_documents

SAMPLE = 1000


def walk_sample(work: Pass, *, count: int) -> bool:
    """Compare a random sample of the rows. It sees no extra documents: full passes do."""
    keys = key_ranges.sample_keys(work.spec, count=count)
    work.begin_window()
    for start in range(0, len(keys), work.batch):
        _compare(work, keys[start : start + work.batch])
    work.checkpoint(cursor=LOWEST_KEY, is_walked=True)
    return True


def walk_recent(work: Pass) -> bool:
    """Compare what was written or deleted since the run's version mark; return False when the time is over."""
    while not work.run.is_walked:
        work.begin_window()
        mark, after = work.run.version_mark, work.run.cursor
        changed = key_ranges.list_changed(work.spec, version=mark, after=after, limit=work.batch)
        deleted = ledger.list_deleted_since(work.spec, version=mark, after=after, limit=work.batch)
        keys = sorted({*changed, *deleted})[: work.batch]
        if keys:
            _compare(work, keys)
        work.checkpoint(cursor=keys[-1] if keys else after, is_walked=not keys)
        if work.pace.is_over:
            return work.run.is_walked
    return True


def walk_scope(work: Pass, *, scope: int) -> bool:
    """Compare one creator's rows, then the documents that name this creator; return False when the time is over."""
    while not work.run.is_walked:
        work.begin_window()
        after = work.run.cursor
        keys = key_ranges.list_scope(work.spec, scope=scope, after=after, limit=work.batch)
        if keys:
            _compare(work, keys)
        else:
            _compare_named(work, scope)
        work.checkpoint(cursor=keys[-1] if keys else after, is_walked=not keys)
        if work.pace.is_over:
            return work.run.is_walked
    return True


def _compare(work: Pass, keys: list[int]) -> None:
    work.note(compare_keys(work.comparer, keys), compared=len(keys))


def _compare_named(work: Pass, scope: int) -> None:
    """Compare documents that name the creator and have no row of this creator."""
    for batch in raw_documents.list_scope_keys(work.spec, scope=scope, batch=work.batch):
        live = [one for one in batch if not raw_documents.is_tombstone(raw_documents.decode(one))]
        keys = dict(raw_documents.index_by_key(live))
        others = sorted(keys.keys() - key_ranges.find_scoped(work.spec, scope=scope, keys=list(keys)))
        if others:
            _compare(work, others)
        note_foreign(work, live)
