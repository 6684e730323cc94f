"""Where campaigns for creators come from. Nothing provides them yet; who does registers at start."""

from collections.abc import Callable
from typing import Any

CampaignSource = Callable[[int, int], list[dict[str, Any]]]
_sources: list[CampaignSource] = []


def register_campaign_source(source: CampaignSource) -> None:
    """Let an app name open campaigns: it is given a creator's id and a limit, and returns items with a ``score``."""
    _sources.append(source)


def list_campaigns(*, creator_id: int, limit: int) -> list[dict[str, Any]]:
    """Return the campaigns of all sources, best first."""
    found = [item for source in _sources for item in source(creator_id, limit)]
    return sorted(found, key=lambda item: -float(item["score"]))[:limit]
