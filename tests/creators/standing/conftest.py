"""Creators with connected platforms, figures over time and content."""

from datetime import timedelta

from creators.models import AccountSnapshot, ContentItem, ContentSnapshot, Creator, PlatformConnection
from tests.creators.conftest import NOW, make_creator


def connect(creator: Creator, platform: str = "tiktok", *, state: str = "active") -> PlatformConnection:
    return PlatformConnection.objects.create(
        creator=creator, platform=platform, account_id=f"{creator.handle}-{platform}", state=state, created_at=NOW
    )


def tell_followers(connection: PlatformConnection, *counts: int | None, days: int = 1) -> None:
    """Store one snapshot every so many days, the last one an hour ago."""
    last = NOW - timedelta(hours=1)
    AccountSnapshot.objects.bulk_create(
        AccountSnapshot(
            connection=connection, creator=connection.creator, platform=connection.platform, followers=count,
            taken_at=last - timedelta(days=days * (len(counts) - 1 - number)),
        )
        for number, count in enumerate(counts)
    )  # fmt: skip


def publish(creator: Creator, platform: str, *figures: dict, days: int = 7, **fields) -> list[ContentItem]:
    """Store one item every so many days back from yesterday, each with a snapshot of its figures."""
    items = []
    for number, told in enumerate(figures):
        at = NOW - timedelta(days=1 + days * number)
        item = ContentItem.objects.create(
            creator=creator, platform=platform, published_at=at, created_at=at, updated_at=at,
            **{"external_id": f"{creator.handle}-{platform}-{number}", **fields},
        )  # fmt: skip
        ContentSnapshot.objects.create(content=item, creator=creator, platform=platform, taken_at=at, **told)
        items.append(item)
    return items


def make_scored_creator(handle: str, *, followers: int = 1_000, rate: float = 0.1, platform: str = "tiktok", **fields):
    """Make a creator with a growing account and twelve weekly items of one rate of engagement."""
    creator = make_creator(handle, **fields)
    tell_followers(connect(creator, platform), *(followers + number for number in range(20)))
    told = {"views": 1_000, "likes": int(800 * rate), "comments": int(200 * rate)}
    publish(creator, platform, *[told] * 12)
    return creator
