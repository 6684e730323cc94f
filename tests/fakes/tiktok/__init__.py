"""A fake TikTok: OAuth with rotating tokens, user and videos, signed webhooks."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.frame import Asked, CallBack, Gateway, Reply
from tests.fakes.oauth import CLIENT_ID, CLIENT_SECRET, Grant, Issuer
from tests.fakes.world import Account, Item, World

PLATFORM = "tiktok"


def _tell(error: str) -> Reply:
    # TikTok tells it with status 200.
    return Reply(200, {"error": error, "error_description": "scripted", "log_id": "2026110112000001"})


def fail(status: int, code: str) -> Reply:
    """Return an error as TikTok's API writes it."""
    return Reply(status, {"data": {}, "error": {"code": code, "message": "scripted", "log_id": "2026110112000002"}})


class _Issuer(Issuer):
    def add_fields(self, grant: Grant) -> dict[str, Any]:
        return {"open_id": grant.account_id}


@dataclass
class FakeTikTok:
    """``drops`` are ids the query leaves out without a word."""

    gateway: Gateway
    world: World
    callback: str = ""
    drops: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        first = self.world.get(PLATFORM).id
        self.issuer = _Issuer(
            name=PLATFORM, account_id=first, tell=_tell, key_name="client_key", separator=",", write_scopes=",".join,
            expires_in=7_200, refresh_expires_in=15_552_000,
        )  # fmt: skip
        self.gateway.hosts["www.tiktok.com"] = self.issuer.authorize
        self.gateway.hosts["open.tiktokapis.com"] = self._answer

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/v2/oauth/token/":
            return self.issuer.token(asked)
        if asked.path == "/v2/oauth/revoke/":
            is_known = self.issuer.revoke(asked.form.get("token", ""))
            return Reply(200, {}) if is_known else _tell("invalid_request")
        grant = self.issuer.find(asked.bearer)
        if grant is None:
            return fail(401, "access_token_invalid")
        if not asked.query.get("fields"):
            return fail(400, "invalid_params")
        answers: dict[str, tuple[str, Callable[[Asked, Account], Reply]]] = {
            "/v2/user/info/": ("user.info.basic", self._tell_user),
            "/v2/video/list/": ("video.list", self._tell_list),
            "/v2/video/query/": ("video.list", self._tell_query),
        }
        scope, answer = answers[asked.path]
        if scope not in grant.scopes:
            return fail(401, "scope_not_authorized")
        return answer(asked, self.world.accounts[PLATFORM][grant.account_id])

    def _tell_user(self, asked: Asked, account: Account) -> Reply:
        user = {
            "open_id": account.id, "union_id": account.union_id, "display_name": account.name.title(),
            "username": account.name, "follower_count": account.followers, "following_count": account.following,
            "likes_count": 9_007_199_254_740_993, "video_count": len(account.present),
        }  # fmt: skip
        return _succeed({"user": user})

    def _tell_list(self, asked: Asked, account: Account) -> Reply:
        before, size = asked.json.get("cursor"), asked.json["max_count"]
        older = [one for one in account.present if before is None or one.published_at.timestamp() * 1000 < before]
        page = older[:size]
        cursor = int(page[-1].published_at.timestamp() * 1000) if page else 0
        videos = [_write_video(one) for one in page]
        return _succeed({"videos": videos, "cursor": cursor, "has_more": len(older) > size})

    def _tell_query(self, asked: Asked, account: Account) -> Reply:
        ids = set(asked.json["filters"]["video_ids"]) - self.drops
        return _succeed({"videos": [_write_video(one) for one in account.present if one.id in ids]})

    def build_webhook(self, *, account: Account, event: str, content: dict[str, Any], at: datetime) -> CallBack:
        """Return a signed webhook; its content is JSON inside a string."""
        body = {
            "client_key": CLIENT_ID, "event": event, "create_time": int(at.timestamp()), "user_openid": account.id,
            "content": json.dumps(content),
        }  # fmt: skip
        return self.sign(json.dumps(body, indent=4).encode(), at=at)

    def sign(self, body: bytes, *, at: datetime) -> CallBack:
        stamp = str(int(at.timestamp()))
        digest = hmac.new(CLIENT_SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "TikTok-Signature": f"t={stamp},s={digest}"}
        return CallBack("POST", self.callback, headers, body)


def _succeed(data: dict[str, Any]) -> Reply:
    """Write a success as TikTok's examples do: with a comma too many."""
    whole = json.dumps({"data": data, "error": {"code": "ok", "message": "", "log_id": "20261101"}})
    return Reply(200, f"{whole[:-1]},}}".encode())


def _write_video(item: Item) -> dict[str, Any]:
    return {
        "id": item.id, "title": item.title, "video_description": "", "create_time": int(item.published_at.timestamp()),
        "duration": 34, "share_url": f"https://www.tiktok.com/@veri/video/{item.id}", "view_count": item.views,
        "like_count": item.likes, "comment_count": item.comments, "share_count": item.shares,
    }  # fmt: skip
