"""What is read of a YouTube channel: its statistics, its uploads, and videos by id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from creators.clients.errors import BadAnswer, GoneUpstream
from creators.clients.records import AccountReading, ContentPage
from creators.clients.youtube.data_api import YOUTUBE, ask_youtube
from creators.normalisers.reading import read_count, read_records, read_text, read_value

PAGE = 50
CHANNEL_PARTS = "snippet,statistics,contentDetails"
VIDEO_PARTS = "snippet,contentDetails,statistics,status"


def read_account(*, token: str, now: datetime, etag: str = "") -> AccountReading:
    """Return the token's own channel, or that nothing changed since ``etag``."""
    params = {"part": CHANNEL_PARTS, "mine": "true"}
    body = ask_youtube(path="channels", token=token, now=now, params=params, etag=etag)
    if body is None:
        return AccountReading(account_id="", name="", payload={}, etag=etag, is_unchanged=True)
    channels = read_records(body, "items")
    if not channels:
        raise GoneUpstream(platform=YOUTUBE, detail="no channel")
    return build_account(payload=channels[0], etag=read_text(body, "etag")[:200])


def read_accounts(*, token: str, ids: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    """Return up to 50 channels by one call, for one unit: what is read of them is public."""
    params = {"part": CHANNEL_PARTS, "id": ",".join(ids), "maxResults": PAGE}
    return _read_items(ask_youtube(path="channels", token=token, now=now, params=params))


def build_account(*, payload: dict[str, Any], etag: str = "") -> AccountReading:
    """Return what a channel's resource tells; hidden subscribers are unknown.

    Raises:
        BadAnswer: it is none.
    """
    channel_id = read_text(payload, "id")
    if not channel_id:
        raise BadAnswer(platform=YOUTUBE, detail="no channel")
    statistics = read_value(payload, "statistics")
    is_hidden = read_value(statistics, "hiddenSubscriberCount") is True
    return AccountReading(
        account_id=channel_id,
        name=read_text(payload, "snippet", "title"),
        payload={"kind": "youtube#channel", **payload},
        place=read_text(payload, "contentDetails", "relatedPlaylists", "uploads"),
        followers=None if is_hidden else read_count(statistics, "subscriberCount"),
        views=read_count(statistics, "viewCount"),
        items=read_count(statistics, "videoCount"),
        etag=etag,
    )


def list_content(
    *, token: str, account_id: str, place: str, cursor: str, since: datetime | None, now: datetime
) -> ContentPage:
    """Return a page of uploads as whole videos, the newest first: two calls. A channel may have no uploads list."""
    if not place:
        return ContentPage(payloads=[])
    params = {"part": "contentDetails", "playlistId": place, "maxResults": PAGE}
    try:
        page = ask_youtube(
            path="playlistItems", token=token, now=now, params={**params, **({"pageToken": cursor} if cursor else {})}
        )
    except GoneUpstream:
        return ContentPage(payloads=[])
    ids = [read_text(one, "contentDetails", "videoId") for one in _read_items(page)]
    found = look_up_content(token=token, ids=[one for one in ids if one], now=now)
    return ContentPage(payloads=found.payloads, next_cursor=read_text(page, "nextPageToken"))


def look_up_content(*, token: str, ids: Sequence[str], now: datetime) -> ContentPage:
    """Return the videos that still exist: what videos.list leaves out was deleted or is private."""
    if not ids:
        return ContentPage(payloads=[])
    params = {"part": VIDEO_PARTS, "id": ",".join(ids), "maxResults": PAGE}
    items = _read_items(ask_youtube(path="videos", token=token, now=now, params=params))
    found = {read_text(one, "id") for one in items}
    payloads = [{"kind": "youtube#video", **one} for one in items]
    return ContentPage(payloads=payloads, missing=[one for one in ids if one not in found], is_certain=True)


def _read_items(body: dict[str, Any] | None) -> list[dict[str, Any]]:
    if body is None or not isinstance(body.get("items"), list):
        raise BadAnswer(platform=YOUTUBE, detail="no items")
    return read_records(body, "items")
