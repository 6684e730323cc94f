"""Whose taste counts: a brand's, whichever member acts, else the user's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creators.models import Brand, User
from memory.models import PreferenceProfile
from memory.queries.own_vectors import to_vector
from memory.queries.providers import get_discovery_space


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who looks: a user, and the brand he acts for, if any."""

    user: User
    brand: Brand | None = None

    @property
    def key(self) -> str:
        return f"brand:{self.brand.pk}" if self.brand else f"user:{self.user.pk}"

    @property
    def owner(self) -> dict[str, Brand | User]:
        """Return what a profile is kept under."""
        return {"brand": self.brand} if self.brand else {"user": self.user}


@dataclass(frozen=True, kw_only=True)
class Taste:
    """A subject's vector of the configured model, if any, and the targets seen last as (kind, id)."""

    vector: NDArray[np.float32] | None
    seen: list[tuple[str, int]]
    moved: int = 0


def get_taste(*, subject: Subject) -> Taste:
    profile = PreferenceProfile.objects.filter(**subject.owner).first()
    if profile is None:
        return Taste(vector=None, seen=[])
    space = get_discovery_space()
    is_current = (profile.model, profile.model_version) == (space.model, space.model_version)
    vector = read_embedding(profile) if is_current else None
    return Taste(vector=vector, seen=[(kind, pk) for kind, pk in profile.seen], moved=profile.moved)


def read_embedding(profile: PreferenceProfile) -> NDArray[np.float32] | None:
    """Return a profile's vector, whatever its model."""
    return to_vector(profile.embedding)
