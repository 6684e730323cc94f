"""Creators' profiles behind one interface, from either store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from creators.datasets import CREATOR_PROFILES
from creators.models import Creator


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileRecord:
    """A creator's profile as readers see it."""

    handle: str
    display_name: str
    bio: str
    country: str
    language: str
    timezone: str
    tags: list[str]
    roles: list[str]
    consent_state: str
    is_active: bool
    created_at: datetime
    updated_at: datetime


FIELDS = tuple(ProfileRecord.__dataclass_fields__)


class ProfileStore(Protocol):
    """Reads of one creator's profile."""

    def get_profile(self, *, creator_id: int) -> ProfileRecord | None:
        """Return the profile; None when the store has none."""


class PostgresProfileStore:
    def get_profile(self, *, creator_id: int) -> ProfileRecord | None:
        found = Creator.objects.filter(pk=creator_id).values(*FIELDS).first()
        return ProfileRecord(**found) if found else None


class MongoProfileStore:
    def get_profile(self, *, creator_id: int) -> ProfileRecord | None:
        from migration.stores.documents import LIVE  # the driver loads only where MongoDB is routed
        from veri.platform.connections.mongo import get_database  # same

        document = get_database()[CREATOR_PROFILES.collection].find_one({"_id": creator_id, **LIVE})
        if document is None:
            return None
        row = CREATOR_PROFILES.mapper.to_row(document)
        return ProfileRecord(**{name: row[name] for name in FIELDS})
