"""The invented creators of the sample data and the facts of theirs that change over the year."""

from dataclasses import dataclass
from datetime import UTC, datetime

STARTS_AT = datetime(2025, 11, 1, tzinfo=UTC)
ENDS_AT = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One value of something that changes; it holds from ``since`` until the next one's."""

    since: datetime
    value: str


@dataclass(frozen=True, kw_only=True)
class SampleCreator:
    """An invented creator. Fact lists are in time order; ``deals`` are (brand, agreed dollars, due date)."""

    handle: str
    display_name: str
    country: str
    timezone: str
    channel_id: str
    account_id: str
    topics: list[str]
    rates: list[Fact]
    sponsors: list[Fact]
    towns: list[Fact]
    schedules: list[Fact]
    cameras: list[Fact]
    deals: list[tuple[str, str, str]]
    followers: int


def _on(month: int, day: int, value: str, *, year: int = 2026) -> Fact:
    return Fact(since=datetime(year, month, day, 9, 30, tzinfo=UTC), value=value)


CREATORS = [
    SampleCreator(
        handle="lumenkitchen",
        display_name="Lumen Kitchen",
        country="PT",
        timezone="Europe/Lisbon",
        channel_id="UCLumenKitchen0000000001",
        account_id="500100200300400501",
        topics=[
            "sourdough",
            "miso ramen",
            "one-pan lentils",
            "burnt basque cheesecake",
            "fermented hot sauce",
            "handmade pasta",
            "crispy tofu",
            "lemon tart",
            "smoky beans",
            "rye focaccia",
        ],
        rates=[_on(11, 6, "$1,200", year=2025), _on(3, 9, "$1,800"), _on(8, 17, "$2,500")],
        sponsors=[_on(11, 12, "Copperhill Cookware", year=2025), _on(6, 3, "Saffron & Stone")],
        towns=[_on(11, 9, "Lyon, France", year=2025), _on(5, 11, "Porto, Portugal")],
        schedules=[_on(11, 15, "every Sunday at 17:00", year=2025), _on(4, 6, "every Tuesday and Friday at 18:00")],
        cameras=[_on(11, 20, "Sony ZV-E10", year=2025), _on(7, 2, "Sony FX30")],
        deals=[
            ("Oakmill Flour", "$1,150", "2026-01-20"),
            ("Tidewater Salt", "$1,640", "2026-04-15"),
            ("Brightleaf Tea", "$2,400", "2026-06-30"),
            ("Pan & Pantry", "$2,350", "2026-10-12"),
        ],
        followers=41_200,
    ),
    SampleCreator(
        handle="pixelforge",
        display_name="Pixel Forge",
        country="NL",
        timezone="Europe/Amsterdam",
        channel_id="UCPixelForge000000000002",
        account_id="500100200300400502",
        topics=[
            "shader tricks",
            "boss design",
            "pixel lighting",
            "level streaming",
            "a roguelike prototype",
            "sound design",
            "pathfinding",
            "the save system",
            "tile maps",
            "a game jam entry",
        ],
        rates=[_on(11, 4, "$900", year=2025), _on(2, 16, "$1,400"), _on(9, 7, "$2,100")],
        sponsors=[_on(11, 18, "NordLight Audio", year=2025), _on(7, 13, "HexaKey Keyboards")],
        towns=[_on(11, 8, "Leeds, England", year=2025), _on(4, 20, "Utrecht, Netherlands")],
        schedules=[_on(11, 14, "every Wednesday at 19:00", year=2025), _on(6, 8, "every Monday and Thursday at 20:00")],
        cameras=[_on(11, 22, "Canon M50", year=2025), _on(5, 25, "Panasonic G9 II")],
        deals=[
            ("Voxelworks", "$860", "2026-01-28"),
            ("Lantern Hosting", "$1,320", "2026-03-31"),
            ("Blockyard Games", "$1,390", "2026-05-14"),
            ("Deskcraft", "$2,050", "2026-10-20"),
        ],
        followers=18_700,
    ),
    SampleCreator(
        handle="trailmara",
        display_name="Trail Mara",
        country="AT",
        timezone="Europe/Vienna",
        channel_id="UCTrailMara0000000000003",
        account_id="500100200300400503",
        topics=[
            "the ridge traverse",
            "winter camping",
            "ultralight packing",
            "a hut-to-hut tour",
            "trail running shoes",
            "map reading",
            "alpine weather",
            "a sunrise summit",
            "stove tests",
            "blister care",
        ],
        rates=[_on(11, 10, "$1,500", year=2025), _on(4, 13, "$2,200"), _on(9, 21, "$3,100")],
        sponsors=[_on(11, 16, "Ridgeback Packs", year=2025), _on(8, 5, "Alpenglow Gear")],
        towns=[_on(11, 7, "Boulder, Colorado", year=2025), _on(6, 15, "Innsbruck, Austria")],
        schedules=[_on(11, 13, "every Saturday at 08:00", year=2025), _on(3, 23, "every Thursday and Sunday at 07:30")],
        cameras=[_on(11, 25, "GoPro Hero 11", year=2025), _on(6, 22, "DJI Osmo Pocket 3")],
        deals=[
            ("Summit Oats", "$1,450", "2026-02-10"),
            ("Fernweh Maps", "$2,100", "2026-05-29"),
            ("Glacier Socks", "$2,150", "2026-08-21"),
            ("Campfire Coffee", "$2,950", "2026-10-15"),
        ],
        followers=67_900,
    ),
]
