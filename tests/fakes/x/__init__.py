"""A fake X: OAuth with PKCE, Basic and single-use refresh tokens; users, posts; webhooks with CRC."""

import base64
import hashlib
import hmac
import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.frame import Asked, CallBack, Gateway, Reply
from tests.fakes.oauth import Grant, Issuer
from tests.fakes.world import Account, Item, World

PLATFORM = "x"
BEARER, CONSUMER_SECRET = "veri-fake-bearer", "veri-fake-consumer-secret"


def _tell(error: str) -> Reply:
    status = 401 if error == "invalid_client" else 400
    return Reply(status, {"error": error, "error_description": "scripted"})


def fail(status: int, kind: str, **headers: str) -> Reply:
    """Return a problem as X writes it."""
    body = {"title": "scripted", "detail": "scripted", "type": f"https://api.x.com/2/problems/{kind}", "status": status}
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class FakeX:
    """``is_new`` writes the newer names of fields: post_count, repost_count."""

    gateway: Gateway
    world: World
    is_new: bool = False
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        first = self.world.get(PLATFORM).id
        self.issuer = Issuer(
            name=PLATFORM, account_id=first, tell=_tell, needs_pkce=True, is_basic=True, kills=True, expires_in=7_200
        )
        self.gateway.hosts["x.com"] = self.issuer.authorize
        self.gateway.hosts["api.x.com"] = self._answer_api

    def _answer_api(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/2/")
        if path == "oauth2/token":
            return self.issuer.token(asked)
        if path == "oauth2/revoke":
            self.issuer.revoke(asked.form.get("token", ""))
            return Reply(200, {"revoked": True})
        if path.startswith(("webhooks", "activity")):
            return self._answer_app(asked, path) if asked.bearer == BEARER else fail(401, "unauthorized")
        grant = self.issuer.find(asked.bearer)
        return self._answer_user(asked, path, grant) if grant else fail(401, "unauthorized")

    def _answer_user(self, asked: Asked, path: str, grant: Grant) -> Reply:
        if path == "users/me":
            return Reply(200, {"data": self._write_user(self.world.accounts[PLATFORM][grant.account_id])})
        if path == "tweets":
            return self._tell_posts(asked.query["ids"].split(","))
        account = self.world.accounts[PLATFORM][path.split("/")[1]]
        return self._tell_timeline(asked, account)

    def _tell_timeline(self, asked: Asked, account: Account) -> Reply:
        since = asked.query.get("start_time", "")
        posts = [one for one in account.present if f"{one.published_at:%Y-%m-%dT%H:%M:%SZ}" >= since]
        start, size = int(asked.query.get("pagination_token", "0")), int(asked.query["max_results"])
        page = [self._write_post(account, one) for one in posts[start : start + size]]
        meta: dict[str, Any] = {"result_count": len(page)}
        if start + size < len(posts):
            meta["next_token"] = str(start + size)
        return Reply(200, {**({"data": page} if page else {}), "meta": meta})

    def _tell_posts(self, ids: list[str]) -> Reply:
        everybody = self.world.accounts[PLATFORM].values()
        found = [self._write_post(one, item) for one in everybody for item in one.present if item.id in ids]
        known = {one["id"] for one in found}
        errors = [
            {
                "resource_id": one, "parameter": "ids", "resource_type": "tweet", "title": "Not Found Error",
                "value": one, "type": "https://api.twitter.com/2/problems/resource-not-found",
            }
            for one in ids if one not in known
        ]  # fmt: skip
        return Reply(200, {**({"data": found} if found else {}), **({"errors": errors} if errors else {})})

    def _answer_app(self, asked: Asked, path: str) -> Reply:
        if path == "webhooks" and asked.method == "GET":
            return Reply(200, {"data": list(self.webhooks.values())})
        if path == "webhooks":
            row = {"id": f"hook-{next(self.numbers)}", "url": asked.json["url"], "valid": False}
            self.webhooks[row["id"]] = row
            self._check(row)
            return Reply(200, {"data": row})
        if path.startswith("webhooks/"):
            self._check(self.webhooks[path.partition("/")[2]])
            return Reply(200, {"data": {"attempted": True}})
        if asked.method == "DELETE":
            known = self.subscriptions.pop(path.rpartition("/")[2], None)
            return Reply(200, {"data": {"deleted": True}}) if known else fail(404, "resource-not-found")
        row = {"subscription_id": f"subscription-{next(self.numbers)}", **asked.json}
        self.subscriptions[row["subscription_id"]] = row
        return Reply(200, {"data": {"subscription": row}})

    def _check(self, row: dict[str, Any]) -> None:
        """Ask for the CRC; played by the test when calls back are kept."""
        token = f"crc-{next(self.numbers)}"
        call = CallBack("GET", f"{row['url']}?crc_token={token}")
        made = hmac.new(CONSUMER_SECRET.encode(), token.encode(), hashlib.sha256).digest()

        def take(status: int, answered: bytes) -> None:
            expected = {"response_token": f"sha256={base64.b64encode(made).decode()}"}
            row["valid"] = status == 200 and json.loads(answered) == expected

        call.on_answer = take
        self.gateway.call_back(call)

    def build_post_event(self, *, account: Account, item: Item, kind: str = "post.create") -> CallBack:
        payload = self._write_post(account, item)
        return self._sign({"event_type": kind, "filter": {"user_id": account.id}, "tag": "posts", "payload": payload})

    def build_revocation(self, *, account: Account, at: datetime) -> CallBack:
        payload = {"date_time": at.isoformat(), "user_id": account.id, "app_id": "29820954"}
        return self._sign({"event_type": "oauth.revoke", "filter": {}, "payload": payload})

    def _sign(self, data: dict[str, Any]) -> CallBack:
        url = next(iter(self.webhooks.values()))["url"]
        body = json.dumps({"data": {"event_uuid": f"-278{next(self.numbers)}", **data}}, indent=2).encode()
        digest = hmac.new(CONSUMER_SECRET.encode(), body, hashlib.sha256).digest()
        signature = f"sha256={base64.b64encode(digest).decode()}"
        headers = {"Content-Type": "application/json", "x-twitter-webhooks-signature": signature}
        return CallBack("POST", url, headers, body)

    def _write_user(self, account: Account) -> dict[str, Any]:
        posts = "post_count" if self.is_new else "tweet_count"
        return {
            "id": account.id, "username": account.name, "name": account.name.title(),
            "created_at": "2013-12-14T04:35:55.000Z",
            "public_metrics": {
                "followers_count": account.followers, "followers_count_str": str(account.followers),
                "following_count": account.following, posts: len(account.items), "listed_count": 3,
            },
        }  # fmt: skip

    def _write_post(self, account: Account, item: Item) -> dict[str, Any]:
        reposts = "repost_count" if self.is_new else "retweet_count"
        return {
            "id": item.id, "text": item.title, "author_id": account.id, "lang": "en",
            "created_at": f"{item.published_at:%Y-%m-%dT%H:%M:%S}.000Z",
            "public_metrics": {
                reposts: item.shares, "reply_count": item.comments, "like_count": item.likes, "quote_count": 0,
                "impression_count": item.views, "bookmark_count": 1,
            },
        }  # fmt: skip
