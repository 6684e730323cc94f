"""Switch feature flags: validated against their needs, audited with actor and reason."""

from datetime import datetime
from typing import Any

from django.db import transaction

from migration.enums import Flag, Stage
from migration.errors import FlagForcedOff, FlagNeedUnmet, ReasonMissing
from migration.models import Dataset, FeatureFlag
from migration.queries.flags import FlagState, forget_flags, get_flag_state, is_flag_on, read_flag
from migration.queries.routes import forget_routes
from migration.services.datasets import start_capture, stop_capture
from migration.services.locks import lock_flags
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def set_flag(*, name: str, is_on: bool, actor: Any, reason: str, now: datetime) -> FlagState:
    """Store a flag's value and start or stop what hangs on it.

    Switching ``USE_MONGO`` off returns every dataset to OFF; switching it on again needs a new backfill.

    Raises:
        UnknownFlag, ReasonMissing, FlagForcedOff, FlagNeedUnmet: nothing is changed.
    """
    if not reason.strip():
        raise ReasonMissing("Give a reason: it is kept in the audit trail.")
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
    forget_flags()
    align_capture(actor=actor, reason=f"{name} switched {'on' if is_on else 'off'}: {reason}", now=now)
    transaction.on_commit(forget_flags)
    transaction.on_commit(forget_routes)
    return get_flag_state(name)


def align_capture(*, actor: Any, reason: str, now: datetime) -> None:
    """Start or stop capturing so that it agrees with the effective ``USE_MONGO``; idempotent, needs a transaction.

    Reads the flag afresh under the flags' lock: a cached flag must not decide what is captured.
    """
    lock_flags()
    if read_flag(Flag.USE_MONGO):
        start_capture(actor=actor, reason=reason, now=now)
    else:
        stop_capture(actor=actor, reason=reason, now=now)


def is_capture_aligned() -> bool:
    """Return whether capturing seems to agree with the flag; a cheap look before ``align_capture``."""
    stale = (
        Dataset.objects.filter(stage=Stage.OFF)
        if is_flag_on(Flag.USE_MONGO)
        else Dataset.objects.filter(is_capturing=True)
    )
    return not stale.exists()


def _check_may_be_on(state: FlagState) -> None:
    if state.is_forced_off:
        raise FlagForcedOff(f"{state.name} is kept off by FLAGS_FORCED_OFF; change the environment and restart.")
    if state.blocked_by:
        raise FlagNeedUnmet(f"{state.name} needs {state.needs}, which is off. Switch {state.needs} on first.")
