"""Bring datasets up the ladder as an operator does: by the real services, behind the real guards."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from migration.enums import LADDER, Stage
from migration.models import Dataset
from migration.queries.routes import read_routed
from migration.registry import get_spec
from migration.services.backfill import run_backfill
from migration.services.relay import relay_batch
from migration.services.rollouts import advance_rollouts
from migration.services.shadow import wait_for_shadows
from migration.services.stages import promote_dataset
from migration.services.verification import check_parity
from veri.platform.connections.mongo import get_database
from veri.platform.ops.enums import BackupKind, BackupState
from veri.platform.ops.models import BackupRun

SCOPE = 1


def climb(name: str, target: Stage, *, scope: int = SCOPE) -> Dataset:
    """Move a captured dataset up to a stage; in CANARY every cohort reads MongoDB. Shadow reads are of ``scope``."""
    dataset = Dataset.objects.get(name=name)
    for stage in LADDER[LADDER.index(dataset.reached) + 1 : LADDER.index(target) + 1]:
        dataset = _step(name, stage, scope)
    return dataset


def _step(name: str, stage: Stage, scope: int) -> Dataset:
    if stage == Stage.BACKFILL:
        run_backfill(name=name, actor="test", reason="climb", clock=timezone.now)
        drain_all(name)
    elif stage != Stage.CATCHUP:  # a backfill that ends is there already
        _prepare(name, stage, scope)
        promote_dataset(name=name, target=stage, actor="test", reason="climb", now=timezone.now())
    if stage == Stage.CANARY:
        take_every_step()
    return Dataset.objects.get(name=name)


def _prepare(name: str, stage: Stage, scope: int) -> None:
    """Do what the guards before a stage ask for."""
    if stage == Stage.SHADOW:
        check_parity(name=name, clock=timezone.now)
    if stage == Stage.CANARY:
        shadow_reads(name, scope=scope)
    if stage == Stage.CUTOVER:
        make_backup_record(timezone.now())


def drain_all(name: str) -> None:
    while relay_batch(datasets=[name]).taken:
        pass


def shadow_reads(name: str, *, count: int = 6, scope: int = SCOPE) -> None:
    """Read the keys of one creator, which both stores must name alike."""
    for _ in range(count):
        read_routed(
            datasets=[name],
            scope=scope,
            kind="test",
            from_mongo=lambda: _list_documents(name, scope),
            from_postgres=lambda: _list_rows(name, scope),
        )
    assert wait_for_shadows()


def _list_documents(name: str, scope: int) -> list[int]:
    spec = get_spec(name)
    field = "_id" if spec.scope_column == "id" else spec.scope_column
    found = get_database()[spec.collection].find({field: scope, "_mig.d": {"$exists": False}}, {"_id": 1})
    return sorted(one["_id"] for one in found)


def _list_rows(name: str, scope: int) -> list[int]:
    spec = get_spec(name)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {spec.table} WHERE {spec.scope_column} = %s ORDER BY id", [scope])
        return [key for (key,) in cursor.fetchall()]


def take_every_step() -> None:
    """Let every open rollout plan take all its steps; their dates have come."""
    while advance_rollouts(now=timezone.now()):
        pass


def make_backup_record(now: datetime) -> BackupRun:
    """Note a verified backup; making one is the backup's own test."""
    return BackupRun.objects.create(
        name="test", kind=BackupKind.VERIFY, state=BackupState.SUCCEEDED, started_at=now, finished_at=now
    )
