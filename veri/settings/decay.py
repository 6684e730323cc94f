"""When memories fade: thresholds of retention by memory type, and for how long raw interactions are kept."""

from dataclasses import dataclass, field
from datetime import timedelta

from veri.settings.reader import EnvironmentReader

MEMORY_TYPES = ("creator_entity", "campaign_episodic", "content_knowledge", "brand_interaction", "workflow")
PLATFORMS = ("youtube", "twitch", "x", "tiktok", "chat", "email", "campaign")
LONGEST_DAYS = 100_000
DORMANT_BELOW, ARCHIVED_BELOW, PURGED_BELOW = 0.8, 0.7, 0.0


@dataclass(frozen=True, kw_only=True)
class DecayPolicy:
    """The retention, 0 to 1, below which a memory of one type takes each step; 0 is never."""

    dormant_below: float = DORMANT_BELOW
    archived_below: float = ARCHIVED_BELOW
    purged_below: float = PURGED_BELOW


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """For how long interactions of a platform, or of one type on it, keep their text and payload."""

    platform: str
    type: str
    kept: timedelta


@dataclass(frozen=True, kw_only=True)
class DecaySettings:
    """A policy for every memory type; interactions no rule names are kept for ever."""

    policies: dict[str, DecayPolicy] = field(default_factory=lambda: dict.fromkeys(MEMORY_TYPES, DecayPolicy()))
    interactions: tuple[RetentionRule, ...] = ()


def read_decay(reader: EnvironmentReader) -> DecaySettings:
    """Return the settings of the environment; problems are collected by the reader."""
    dormant = _read_thresholds(reader, "DECAY_DORMANT_BELOW", DORMANT_BELOW)
    archived = _read_thresholds(reader, "DECAY_ARCHIVED_BELOW", ARCHIVED_BELOW)
    purged = _read_thresholds(reader, "DECAY_PURGED_BELOW", PURGED_BELOW)
    policies = {
        name: DecayPolicy(dormant_below=dormant[name], archived_below=archived[name], purged_below=purged[name])
        for name in MEMORY_TYPES
    }
    if any(not one.purged_below <= one.archived_below <= one.dormant_below for one in policies.values()):
        reader.problems.append(
            "DECAY_PURGED_BELOW ≤ DECAY_ARCHIVED_BELOW ≤ DECAY_DORMANT_BELOW must hold for each type"
        )
    return DecaySettings(policies=policies, interactions=_read_rules(reader))


def _read_thresholds(reader: EnvironmentReader, name: str, default: float) -> dict[str, float]:
    """Return a threshold by type, written like ``0.8,workflow=0.85``."""
    found = dict.fromkeys(MEMORY_TYPES, default)
    for part in sorted(reader.words(name), key=lambda one: "=" in one):  # the general one first
        kind, _, value = part.rpartition("=")
        number = _read_number(value)
        if (kind and kind not in MEMORY_TYPES) or number is None or number > 1:
            reader.problems.append(f"{name} must be written like 0.8,workflow=0.85 with numbers from 0 to 1")
            return dict.fromkeys(MEMORY_TYPES, default)
        found |= {kind: number} if kind else dict.fromkeys(MEMORY_TYPES, number)
    return found


def _read_rules(reader: EnvironmentReader) -> tuple[RetentionRule, ...]:
    """Return rules written like ``twitch=365,chat/message=730``: platform, type if any, and days."""
    rules = []
    for part in reader.words("INTERACTION_RETENTION_DAYS"):
        scope, _, value = part.rpartition("=")
        platform, _, kind = scope.partition("/")
        days = _read_number(value)
        if platform not in PLATFORMS or days is None or days < 1:
            reader.problems.append(
                "INTERACTION_RETENTION_DAYS must be written like twitch=365,chat/message=730 with whole days from 1"
            )
            return ()
        rules.append(RetentionRule(platform=platform, type=kind, kept=timedelta(days=days)))
    return tuple(rules)


def _read_number(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if 0 <= number <= LONGEST_DAYS else None
