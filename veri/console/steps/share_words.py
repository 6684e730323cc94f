"""Shares of creators in words and figures."""

from typing import Any

from creators.models import Creator
from migration.enums import Flag
from migration.models import Dataset, FeatureFlag
from migration.queries.cohorts import Share

COUNTED = 20_000  # creators; beyond that the first so many stand for all


def get_share(owner: Dataset | FeatureFlag) -> dict[str, Any]:
    """Return whom a dataset's canary, or a flag, reaches: percentage and two lists of creators' ids."""
    percent = owner.read_percent if isinstance(owner, Dataset) else owner.percent
    return {"percent": percent, "allowed": list(owner.allowed), "denied": list(owner.denied)}


def as_typed(share: dict[str, Any]) -> dict[str, Any]:
    """Return a share as a form's first values: lists as they are typed."""
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in share.items()}


def say_share(share: dict[str, Any]) -> str:
    lists = [
        f"{len(share[name])} {words}" for name, words in (("allowed", "always"), ("denied", "never")) if share[name]
    ]
    return ", ".join([f"{share['percent']} % of the creators", *lists])


def count_reached(share: dict[str, Any], *, salt: str = Flag.READ_FROM_MONGO) -> str:
    """Return how many creators a share reaches, in words; of many the first 20,000 are looked at."""
    reach = Share.of(**share)
    ids = list(Creator.objects.order_by("pk").values_list("pk", flat=True)[:COUNTED])
    reached = sum(reach.reaches(salt=salt, scope=one) for one in ids)
    of = f"the first {COUNTED:,}" if len(ids) == COUNTED else f"{len(ids):,}"
    return f"reaches {reached:,} of {of} creators"
