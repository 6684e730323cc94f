"""What is cached about a creator goes stale with everything recorded of him: one generation each."""

from collections.abc import Iterable

from veri.platform.cache.aside import build_key, bump_generation


def build_namespace(*, creator_id: int) -> str:
    """Return the cache namespace of one creator's searches and recommendations."""
    return f"creator:{creator_id}"


def forget_creators(*, creator_ids: Iterable[int]) -> None:
    """Make what is cached of creators stale, for all processes; called after the commit of what changed them."""
    for creator_id in creator_ids:
        bump_generation(namespace=build_namespace(creator_id=creator_id))


def get_generation(*, namespace: str) -> str:
    """Return a namespace's present generation, to be kept beside what was computed from it."""
    return build_key(key="", namespace=namespace)
