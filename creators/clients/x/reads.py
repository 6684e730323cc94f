"""What is read of an X account: the user and its posts, in either family of field names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from creators.clients.errors import BadAnswer
from creators.clients.records import AccountReading, ContentPage
from creators.clients.x.api import X, ask_x
from creators.normalisers.reading import read_count, read_first_text, read_records, read_text, read_value

PAGE = 100
USER_FIELDS = "created_at,description,public_metrics,verified_type"
POST_FIELDS = "author_id,created_at,entities,lang,note_tweet,public_metrics,referenced_tweets"


def read_account(*, token: str, now: datetime, etag: str = "") -> AccountReading:
    """Return the token's own user."""
    user = read_value(
        ask_x(method="GET", path="users/me", token=token, now=now, params={"user.fields": USER_FIELDS}), "data"
    )
    user_id = read_text(user, "id")
    if not user_id:
        raise BadAnswer(platform=X, detail="no user")
    metrics = read_value(user, "public_metrics")
    posts = read_count(metrics, "post_count")
    return AccountReading(
        account_id=user_id,
        name=read_first_text(user, "username", "name"),
        payload=user,
        followers=read_count(metrics, "followers_count"),
        following=read_count(metrics, "following_count"),
        likes=read_count(metrics, "like_count"),
        items=posts if posts is not None else read_count(metrics, "tweet_count"),
    )


def list_content(
    *, token: str, account_id: str, place: str, cursor: str, since: datetime | None, now: datetime
) -> ContentPage:
    """Return a page of the account's own posts, the newest first, not older than ``since``: each post costs."""
    params: dict[str, Any] = {"max_results": PAGE, "tweet.fields": POST_FIELDS, "exclude": "retweets"}
    if cursor:
        params["pagination_token"] = cursor
    if since:
        params["start_time"] = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    page = ask_x(method="GET", path=f"users/{account_id}/tweets", token=token, now=now, params=params)
    return ContentPage(payloads=read_records(page, "data"), next_cursor=read_text(page, "meta", "next_token"))


def look_up_content(*, token: str, ids: Sequence[str], now: datetime) -> ContentPage:
    """Return posts by id; those X names as not found are gone, those it hides for now are not."""
    params = {"ids": ",".join(ids), "tweet.fields": POST_FIELDS}
    page = ask_x(method="GET", path="tweets", token=token, now=now, params=params)
    wanted = set(ids)
    missing = [
        found
        for error in read_records(page, "errors")
        if read_text(error, "type").endswith("resource-not-found")
        and (found := read_first_text(error, "resource_id", "value")) in wanted
    ]
    return ContentPage(payloads=read_records(page, "data"), missing=missing, is_certain=True)
