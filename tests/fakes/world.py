"""Accounts and what they published, the same on every run: three creators with an account on each platform."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

PLATFORMS = ("youtube", "twitch", "x", "tiktok")
NAMES = ("lumenkitchen", "pixelforge", "trailnotes")
TITLES = ("A quiet loaf", "Shading by hand", "Nine miles of rain", "What the oven taught me", "Questions, answered")


@dataclass
class Item:
    """A video, short or post."""

    id: str
    title: str
    published_at: datetime
    views: int
    likes: int
    comments: int
    shares: int
    is_gone: bool = False


@dataclass
class Account:
    """An account; the newest item comes first."""

    platform: str
    id: str
    name: str
    union_id: str
    followers: int
    following: int
    items: list[Item] = field(default_factory=list)

    @property
    def present(self) -> list[Item]:
        return [one for one in self.items if not one.is_gone]

    @property
    def views(self) -> int:
        return sum(one.views for one in self.items)

    def publish(self, *, title: str, at: datetime) -> Item:
        item = Item(
            id=_build_item_id(self.platform, f"{self.id[-1]}-{len(self.items)}", len(self.items) + 900_000),
            title=title, published_at=at, views=10, likes=2, comments=1, shares=0,
        )  # fmt: skip
        self.items.insert(0, item)
        return item

    def move(self) -> None:
        """Let a day pass: counters grow, and followers of the last account fall, as after a purge."""
        self.followers += -3 if self.name == NAMES[-1] else 7
        for number, item in enumerate(self.items):
            item.views += 100 + number
            item.likes += 5


@dataclass
class World:
    accounts: dict[str, dict[str, Account]]

    def get(self, platform: str, number: int = 0) -> Account:
        return list(self.accounts[platform].values())[number]


def seed_world(*, items: int = 12, began: datetime | None = None) -> World:
    """Return a world with an item a day since ``began``, by default until today.

    Ids are of each platform's own kind, longer than 2**53 where theirs are.
    """
    first = began or datetime.now(tz=UTC).replace(microsecond=0) - timedelta(days=items + 1)
    accounts: dict[str, dict[str, Account]] = {}
    for platform in PLATFORMS:
        made = [_build_account(platform, number, items, first) for number in range(len(NAMES))]
        accounts[platform] = {one.id: one for one in made}
    return World(accounts=accounts)


def _build_account(platform: str, number: int, items: int, began: datetime) -> Account:
    account = Account(
        platform=platform,
        id=_ACCOUNT_IDS[platform](number),
        name=NAMES[number],
        union_id=f"union-{number}" if platform == "tiktok" else "",
        followers=1_200 + 310 * number,
        following=40 + number,
    )
    for position in range(items):
        account.items.insert(
            0,
            Item(
                id=_build_item_id(platform, f"{number}-{position}", number * 1_000 + position),
                title=f"{TITLES[position % len(TITLES)]} #{position + 1}",
                published_at=began + timedelta(days=position, minutes=number),
                views=5_000 + 37 * position,
                likes=300 + 3 * position,
                comments=20 + position,
                shares=4 + position,
            ),
        )
    return account


_ACCOUNT_IDS = {
    "youtube": lambda number: f"UCveriFakeChannel{number:07d}",
    "twitch": lambda number: str(141_000_100 + number),
    "x": lambda number: str(1_700_000_000_000_000_100 + number),
    "tiktok": lambda number: f"act.veri-open-id-{number:04d}",
}


def _build_item_id(platform: str, word: str, number: int) -> str:
    if platform == "youtube":
        return f"vid{word}".ljust(11, "_")[:40]
    bases = {"twitch": 2_300_000_000, "x": 1_990_000_000_000_000_000, "tiktok": 7_400_000_000_000_000_000}
    return str(bases[platform] + number)
