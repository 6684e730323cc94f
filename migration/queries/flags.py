"""Which flags are on. Every process sees a change within two seconds: the cache lives one."""

from dataclasses import dataclass

from django.conf import settings

from migration.enums import FLAG_NEEDS, Flag
from migration.errors import UnknownFlag
from migration.models import FeatureFlag
from migration.queries.cohorts import EVERYBODY, Share
from veri.platform.cache.brief import BriefCopy
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows


@dataclass(frozen=True)
class _StoredFlags:
    """The stored values, and whom each flag reaches."""

    values: dict[str, bool]
    shares: dict[str, Share]


@dataclass(frozen=True, kw_only=True)
class FlagState:
    """One flag as staff sees it. ``stored`` is None while the environment's default applies."""

    name: str
    default: bool
    stored: bool | None
    is_forced_off: bool
    is_effective: bool
    needs: str
    blocked_by: str
    share: Share


def is_flag_on(name: str, *, scope: int | None = None) -> bool:
    """Return whether a flag is effective: stored (or default) on, not forced off, and every need effective.

    With a creator's id as ``scope``, also whether the flag and its needs reach him.
    """
    stored = _copy.get()
    return _is_effective(name, stored.values) and (scope is None or _reaches(name, scope, stored))


def _reaches(name: str, scope: int, stored: _StoredFlags) -> bool:
    need = FLAG_NEEDS.get(name)
    mine = stored.shares.get(name, EVERYBODY).reaches(salt=name, scope=scope)
    return mine and (need is None or _reaches(need, scope, stored))


def read_flag(name: str) -> bool:
    """Return whether a flag is effective, read afresh and apart from the copy: for what decides writes."""
    return _is_effective(name, dict(FeatureFlag.objects.values_list("name", "is_on")))


def list_flag_states() -> list[FlagState]:
    """Return all flags in their declared order, read afresh."""
    forget_flags()
    stored = _copy.get()
    return [_describe(name, stored) for name in Flag.values]


def get_flag_state(name: str) -> FlagState:
    """Return one flag, read afresh.

    Raises:
        UnknownFlag: names the known ones.
    """
    if name not in Flag.values:
        raise UnknownFlag(f"There is no flag {name!r}; known are {', '.join(Flag.values)}.")
    return next(state for state in list_flag_states() if state.name == name)


def forget_flags() -> None:
    """Drop this process's copy, so that the next reading asks the database."""
    _copy.forget()


def _read_stored() -> _StoredFlags:
    columns = list_columns(model=FeatureFlag, table="flag")
    read = fetch_rows(f"SELECT {columns} FROM {FeatureFlag._meta.db_table} flag", [])  # noqa: S608, SLF001  from code
    rows = [build_instance(model=FeatureFlag, row=row) for row in read]
    return _StoredFlags(
        values={one.name: one.is_on for one in rows},
        shares={one.name: Share.of(one.percent, one.allowed, one.denied) for one in rows},
    )


_copy = BriefCopy(_read_stored)


def _is_effective(name: str, stored: dict[str, bool]) -> bool:
    wanted = stored.get(name, settings.FLAG_DEFAULTS[name]) and name not in settings.FLAGS_FORCED_OFF
    need = FLAG_NEEDS.get(name)
    return wanted and (need is None or _is_effective(need, stored))


def _describe(name: str, stored: _StoredFlags) -> FlagState:
    need = FLAG_NEEDS.get(name, "")
    is_forced_off = name in settings.FLAGS_FORCED_OFF
    unmet = f"needs {need}" if need and not _is_effective(need, stored.values) else ""
    return FlagState(
        name=name,
        default=settings.FLAG_DEFAULTS[name],
        stored=stored.values.get(name),
        is_forced_off=is_forced_off,
        is_effective=_is_effective(name, stored.values),
        needs=need,
        blocked_by="kept off by FLAGS_FORCED_OFF" if is_forced_off else unmet,
        share=stored.shares.get(name, EVERYBODY),
    )
