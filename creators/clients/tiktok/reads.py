"""What is read of a TikTok account: the user's counters and its videos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from creators.clients.errors import BadAnswer
from creators.clients.records import AccountReading, ContentPage
from creators.clients.tiktok.api import TIKTOK, ask_tiktok
from creators.normalisers.reading import read_count, read_first_text, read_records, read_text, read_value

PAGE = 20
USER_FIELDS = "open_id,union_id,display_name,username,follower_count,following_count,likes_count,video_count"
VIDEO_FIELDS = (
    "id,title,video_description,create_time,duration,share_url,view_count,like_count,comment_count,share_count"
)


def read_account(*, token: str, now: datetime, etag: str = "") -> AccountReading:
    """Return the token's own user; counters need the scope for statistics and are else unknown."""
    data = ask_tiktok(method="GET", path="user/info/", token=token, now=now, fields=USER_FIELDS)
    user = read_value(data, "user")
    open_id = read_text(user, "open_id")
    if not open_id:
        raise BadAnswer(platform=TIKTOK, detail="no user")
    return AccountReading(
        account_id=open_id,
        name=read_first_text(user, "username", "display_name"),
        payload=user,
        union_id=read_text(user, "union_id"),
        followers=read_count(user, "follower_count"),
        following=read_count(user, "following_count"),
        likes=read_count(user, "likes_count"),
        items=read_count(user, "video_count"),
    )


def list_content(
    *, token: str, account_id: str, place: str, cursor: str, since: datetime | None, now: datetime
) -> ContentPage:
    """Return a page of public videos, the newest first; the cursor is an instant in milliseconds."""
    asked: dict[str, Any] = {"max_count": PAGE, **({"cursor": int(cursor)} if cursor else {})}
    data = ask_tiktok(method="POST", path="video/list/", token=token, now=now, fields=VIDEO_FIELDS, json=asked)
    following = read_text(data, "cursor") if read_value(data, "has_more") is True else ""
    return ContentPage(payloads=read_records(data, "videos"), next_cursor=following if following.isdigit() else "")


def look_up_content(*, token: str, ids: Sequence[str], now: datetime) -> ContentPage:
    """Return videos by id; unknown ids are left out with ``ok``, also for a while only: nothing is certain."""
    asked = {"filters": {"video_ids": list(ids)}}
    data = ask_tiktok(method="POST", path="video/query/", token=token, now=now, fields=VIDEO_FIELDS, json=asked)
    payloads = read_records(data, "videos")
    found = {read_text(one, "id") for one in payloads}
    return ContentPage(payloads=payloads, missing=[one for one in ids if one not in found])
