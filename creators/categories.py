"""The managed categories of creators, and the tags that stand for them: what a cohort, a board or a brief may name."""

from collections.abc import Iterable

ANY = "any"
_TAGS = {
    "food": "food cooking baking bread recipe recipes kitchen vegan vegetarian restaurant",
    "gaming": "gaming games game speedrun esports twitch rpg minecraft",
    "travel": "travel hiking camping backpacking outdoors vanlife",
    "music": "music guitar singing song songs piano producer concert",
    "technology": "technology tech software coding programming gadgets ai hardware",
    "photography": "photography photo camera filmmaking video",
    "fitness": "fitness gym yoga running workout sport sports health",
    "fashion": "fashion style makeup beauty skincare outfit",
    "education": "education science history language learning books teaching",
    "business": "business finance investing marketing startup money",
    "comedy": "comedy humour humor sketch memes",
    "family": "family parenting kids pets home diy garden",
}
CATEGORIES = tuple(_TAGS)
CATEGORY_CHOICES = [(name, name) for name in CATEGORIES]
_CATEGORY_OF = {tag: category for category, tags in _TAGS.items() for tag in (category, *tags.split())}


def find_category(*, tags: Iterable[str]) -> str:
    """Return the category of the first tag that stands for one, else ``any``."""
    return next((_CATEGORY_OF[tag] for tag in map(_fold, tags) if tag in _CATEGORY_OF), ANY)


def list_categories_of(*, tags: Iterable[str]) -> list[str]:
    """Return every category the tags stand for, in their order."""
    return list(dict.fromkeys(_CATEGORY_OF[tag] for tag in map(_fold, tags) if tag in _CATEGORY_OF))


def _fold(tag: str) -> str:
    return tag.strip().lower().removeprefix("#")


def list_tags_by_category() -> list[tuple[str, str]]:
    """Return every (tag, category)."""
    return sorted(_CATEGORY_OF.items())
