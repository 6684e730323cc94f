"""What is read of a Twitch account: the user with its follower count, and its videos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from creators.clients.errors import BadAnswer, GoneUpstream, ScopeRefused
from creators.clients.records import AccountReading, ContentPage
from creators.clients.twitch.helix import TWITCH, ask_helix
from creators.normalisers.reading import read_count, read_first_text, read_records, read_text

PAGE = 100


def read_account(*, token: str, now: datetime, etag: str = "") -> AccountReading:
    """Return the token's own user; without the followers' scope their count is unknown."""
    users = read_records(ask_helix(method="GET", path="users", token=token, now=now), "data")
    user_id = read_text(users[0], "id") if users else ""
    if not user_id:
        raise BadAnswer(platform=TWITCH, detail="no user")
    return AccountReading(
        account_id=user_id,
        name=read_first_text(users[0], "display_name", "login"),
        payload=users[0],
        followers=_count_followers(token, user_id, now),
    )


def _count_followers(token: str, user_id: str, now: datetime) -> int | None:
    params = {"broadcaster_id": user_id, "first": 1}
    try:
        page = ask_helix(method="GET", path="channels/followers", token=token, now=now, params=params)
    except ScopeRefused:
        return None
    return read_count(page, "total")


def list_content(
    *, token: str, account_id: str, place: str, cursor: str, since: datetime | None, now: datetime
) -> ContentPage:
    """Return a page of videos, the newest first."""
    params = {"user_id": account_id, "first": PAGE, "sort": "time", **({"after": cursor} if cursor else {})}
    page = ask_helix(method="GET", path="videos", token=token, now=now, params=params)
    return ContentPage(payloads=_read_page(page), next_cursor=read_text(page, "pagination", "cursor"))


def look_up_content(*, token: str, ids: Sequence[str], now: datetime) -> ContentPage:
    """Return the videos that still exist; Helix answers 404 when none does."""
    try:
        page = ask_helix(method="GET", path="videos", token=token, now=now, params=[("id", one) for one in ids])
        payloads = _read_page(page)
    except GoneUpstream:
        payloads = []
    found = {read_text(one, "id") for one in payloads}
    return ContentPage(payloads=payloads, missing=[one for one in ids if one not in found], is_certain=True)


def _read_page(page: dict[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(page.get("data"), list):
        raise BadAnswer(platform=TWITCH, detail="no data")
    return read_records(page, "data")
