"""Switch feature flags: validated against their needs, audited with actor and reason."""

from datetime import datetime
from typing import Any

from django.db import transaction

from migration.enums import Flag, Stage
from migration.errors import FlagForcedOff, FlagNeedUnmet
from migration.models import Dataset, FeatureFlag
from migration.queries.flags import FlagState, forget_flags, get_flag_state, is_flag_on, read_flag
from migration.queries.routes import forget_routes
from migration.registry import iterate_specs
from migration.services.changes import require_reason
from migration.services.datasets import end_capture, start_capture
from migration.services.locks import lock_flags
from migration.services.rollouts import require_share
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def set_flag(*, name: str, is_on: bool, actor: Any, reason: str, now: datetime) -> FlagState:
    """Store a flag's value and start or stop what hangs on it.

    With ``USE_MONGO`` off the relay rests: datasets that were copied go on being captured up to a size limit, after
    which they return to OFF; those that were not return at once.

    Raises:
        UnknownFlag, ReasonMissing, FlagForcedOff, FlagNeedUnmet: nothing is changed.
    """
    require_reason(reason)
    lock_flags()
    state = get_flag_state(name)
    if is_on:
        _check_may_be_on(state)
    FeatureFlag.objects.update_or_create(
        name=name, defaults={"is_on": is_on, "reason": reason, "changed_by": str(actor), "changed_at": now}
    )
    record_audit(
        actor=actor,
        action="migration.flag.on" if is_on else "migration.flag.off",
        target=("flag", name),
        reason=reason,
        before={"stored": state.stored, "effective": state.is_effective},
        after={"stored": is_on},
        now=now,
    )
    _follow(name, is_on=is_on, actor=actor, reason=reason, now=now)
    return get_flag_state(name)


def _follow(name: str, *, is_on: bool, actor: Any, reason: str, now: datetime) -> None:
    """Let this process forget its copies, and capturing follow the flag."""
    forget_flags()
    if name == Flag.USE_MONGO and is_on:
        Dataset.objects.filter(stage=Stage.OFF).update(is_held=False)
    align_capture(actor=actor, reason=f"{name} switched {'on' if is_on else 'off'}: {reason}", now=now)
    transaction.on_commit(forget_flags)
    transaction.on_commit(forget_routes)


@transaction.atomic(durable=True)
def set_flag_share(
    *, name: str, percent: int, allowed: list[int], denied: list[int], actor: Any, reason: str, now: datetime
) -> FlagState:
    """Set for which share of the creators' cohorts a flag holds while it is on, and for whom always or never.

    Raises:
        UnknownFlag, ReasonMissing, RolloutInvalid: nothing is changed.
    """
    require_reason(reason)
    lock_flags()
    require_share(percent=percent, allowed=allowed, denied=denied)
    state = get_flag_state(name)
    before = FeatureFlag.objects.filter(name=name).values("percent", "allowed", "denied").first()
    share = {"percent": percent, "allowed": sorted(set(allowed)), "denied": sorted(set(denied))}
    stored = {"is_on": state.default, "reason": reason, "changed_by": str(actor), "changed_at": now}
    FeatureFlag.objects.update_or_create(name=name, defaults=share, create_defaults={**stored, **share})
    record_audit(
        actor=actor,
        action="migration.flag.share",
        target=("flag", name),
        reason=reason,
        before=before,
        after=share,
        now=now,
    )
    forget_flags()
    transaction.on_commit(forget_flags)
    return get_flag_state(name)


def align_capture(*, actor: Any, reason: str, now: datetime) -> None:
    """Start or stop capturing so that it agrees with the effective ``USE_MONGO``; idempotent, needs a transaction.

    Reads the flag afresh under the flags' lock: a cached flag must not decide what is captured.
    """
    lock_flags()
    if read_flag(Flag.USE_MONGO):
        start_capture(actor=actor, reason=reason, now=now)
        return
    for dataset in Dataset.objects.filter(stage=Stage.CAPTURE).order_by("pk"):
        end_capture(name=dataset.name, actor=actor, reason=reason, now=now)


def is_capture_aligned() -> bool:
    """Return whether capturing seems to agree with the flag; a cheap look before ``align_capture``."""
    stale = (
        Dataset.objects.filter(stage=Stage.OFF, is_held=False, name__in=[spec.name for spec in iterate_specs()])
        if is_flag_on(Flag.USE_MONGO)
        else Dataset.objects.filter(stage=Stage.CAPTURE)
    )
    return not stale.exists()


def _check_may_be_on(state: FlagState) -> None:
    if state.is_forced_off:
        raise FlagForcedOff(f"{state.name} is kept off by FLAGS_FORCED_OFF; change the environment and restart.")
    if state.blocked_by:
        raise FlagNeedUnmet(f"{state.name} needs {state.needs}, which is off. Switch {state.needs} on first.")
