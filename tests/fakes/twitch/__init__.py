"""A fake Twitch: OAuth, Helix, EventSub."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.frame import Asked, CallBack, Gateway, Reply
from tests.fakes.oauth import CLIENT_ID, Grant, Issuer
from tests.fakes.world import Account, Item, World

PLATFORM = "twitch"


def _tell(error: str) -> Reply:
    words = {"invalid_client": (403, "invalid client secret"), "invalid_grant": (400, "Invalid refresh token")}
    status, message = words[error]
    return Reply(status, {"status": status, "message": message})


@dataclass
class FakeTwitch:
    gateway: Gateway
    world: World
    points: int = 800
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        first = self.world.get(PLATFORM).id
        self.issuer = Issuer(name=PLATFORM, account_id=first, tell=_tell, expires_in=14_000, write_scopes=list)
        self.gateway.hosts["id.twitch.tv"] = self._answer_id
        self.gateway.hosts["api.twitch.tv"] = self._answer_api

    def _answer_id(self, asked: Asked) -> Reply:
        if asked.path == "/oauth2/authorize":
            return self.issuer.authorize(asked)
        if asked.path == "/oauth2/token":
            return self.issuer.token(asked)
        if asked.path == "/oauth2/revoke":
            is_known = self.issuer.revoke(asked.form.get("token", ""))
            return Reply(200) if is_known else Reply(400, {"status": 400, "message": "Invalid token"})
        grant = self.issuer.find(asked.bearer) if asked.path == "/oauth2/validate" else None
        if grant is None:
            return Reply(401, {"status": 401, "message": "invalid access token"})
        return Reply(200, {"client_id": CLIENT_ID, "user_id": grant.account_id, "scopes": grant.scopes})

    def _answer_api(self, asked: Asked) -> Reply:
        grant = self.issuer.find(asked.bearer)
        if grant is None or asked.headers.get("client-id") != CLIENT_ID:
            return Reply(401, {"error": "Unauthorized", "status": 401, "message": "Invalid OAuth token"})
        self.points -= 1
        if self.points < 0:
            wait = {"ratelimit-limit": "800", "ratelimit-remaining": "0", "ratelimit-reset": "1793534460"}
            return Reply(429, {"error": "Too Many Requests", "status": 429, "message": "slow down"}, wait)
        answers: dict[str, Callable[[Asked, Grant], Reply]] = {
            "/helix/users": self._tell_users,
            "/helix/channels/followers": self._tell_followers,
            "/helix/videos": self._tell_videos,
            "/helix/eventsub/subscriptions": self._answer_subscriptions,
        }
        return answers[asked.path](asked, grant)

    def _tell_users(self, asked: Asked, grant: Grant) -> Reply:
        account = self.world.accounts[PLATFORM].get(grant.account_id)
        return Reply(200, {"data": [_write_user(account)] if account else []})

    def _tell_followers(self, asked: Asked, grant: Grant) -> Reply:
        account = self.world.accounts[PLATFORM][asked.query["broadcaster_id"]]
        shown = [{"user_id": "11", "user_login": "fan"}] if "moderator:read:followers" in grant.scopes else []
        return Reply(200, {"total": account.followers, "data": shown, "pagination": {}})

    def _tell_videos(self, asked: Asked, grant: Grant) -> Reply:
        ids = [value for name, value in asked.pairs if name == "id"]
        everybody = self.world.accounts[PLATFORM].values()
        if ids:
            found = [_write_video(one, item) for one in everybody for item in one.present if item.id in ids]
            missing = {"error": "Not Found", "status": 404, "message": "no such videos"}
            return Reply(200, {"data": found, "pagination": {}}) if found else Reply(404, missing)
        account = self.world.accounts[PLATFORM][asked.query["user_id"]]
        start, size = int(asked.query.get("after", "0")), int(asked.query["first"])
        page = [_write_video(account, item) for item in account.present[start : start + size]]
        is_end = start + size >= len(account.present)
        return Reply(200, {"data": page, "pagination": {} if is_end else {"cursor": str(start + size)}})

    def _answer_subscriptions(self, asked: Asked, grant: Grant) -> Reply:
        if asked.method == "DELETE":
            known = self.subscriptions.pop(asked.query["id"], None)
            return Reply(204) if known else Reply(404, {"error": "Not Found", "status": 404, "message": ""})
        if asked.method == "GET":
            kind = asked.query.get("type")
            rows = [_show(one) for one in self.subscriptions.values() if not kind or one["type"] == kind]
            return Reply(200, {"data": rows, "total": len(rows), "pagination": {}})
        return self._subscribe(asked.json)

    def _subscribe(self, body: dict[str, Any]) -> Reply:
        if any(
            (one["type"], one["condition"]) == (body["type"], body["condition"]) for one in self.subscriptions.values()
        ):
            return Reply(409, {"error": "Conflict", "status": 409, "message": "subscription already exists"})
        row = {
            **body, "id": f"sub-{next(self.numbers)}", "status": "webhook_callback_verification_pending", "cost": 0,
            "created_at": "2026-11-01T12:00:00.123456789Z",
        }  # fmt: skip
        self.subscriptions[row["id"]] = row
        challenge = f"challenge-{row['id']}"
        call = self._sign(row, "webhook_callback_verification", {"challenge": challenge, "subscription": _show(row)})

        def take(status: int, answered: bytes) -> None:
            is_right = status // 100 == 2 and answered == challenge.encode()
            row["status"] = "enabled" if is_right else "webhook_callback_verification_failed"

        call.on_answer = take
        self.gateway.call_back(call)
        return Reply(202, {"data": [_show(row)], "total": 1, "total_cost": 0, "max_total_cost": 10_000})

    def build_event(self, *, kind: str, account: Account, event: dict[str, Any], at: datetime) -> CallBack:
        """Return a signed notification of a living subscription."""
        row = next(
            one for one in self.subscriptions.values()
            if one["type"] == kind and one["condition"]["broadcaster_user_id"] == account.id
        )  # fmt: skip
        return self._sign(row, "notification", {"subscription": _show(row), "event": event}, at=at)

    def build_revocation(self, *, kind: str, account: Account, status: str, at: datetime) -> CallBack:
        """Return the notice that a subscription ended; Twitch has forgotten it by then."""
        row = next(
            one for one in self.subscriptions.values()
            if one["type"] == kind and one["condition"]["broadcaster_user_id"] == account.id
        )  # fmt: skip
        del self.subscriptions[row["id"]]
        return self._sign(row, "revocation", {"subscription": _show(row) | {"status": status}}, at=at)

    def _sign(self, row: dict[str, Any], kind: str, body: dict[str, Any], *, at: datetime | None = None) -> CallBack:
        message_id = f"message-{next(self.numbers)}"
        stamp = f"{(at or datetime.now(tz=UTC)):%Y-%m-%dT%H:%M:%S}.091824651Z"
        encoded = json.dumps(body).encode()
        secret = row["transport"]["secret"].encode()
        digest = hmac.new(secret, f"{message_id}{stamp}".encode() + encoded, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Twitch-Eventsub-Message-Id": message_id,
            "Twitch-Eventsub-Message-Retry": "0",
            "Twitch-Eventsub-Message-Type": kind,
            "Twitch-Eventsub-Message-Signature": f"sha256={digest}",
            "Twitch-Eventsub-Message-Timestamp": stamp,
            "Twitch-Eventsub-Subscription-Type": row["type"],
        }
        return CallBack("POST", row["transport"]["callback"], headers, encoded)


def _show(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name != "transport"}
    return shown | {"transport": {"method": "webhook", "callback": row["transport"]["callback"]}}


def _write_user(account: Account) -> dict[str, Any]:
    return {
        "id": account.id, "login": account.name, "display_name": account.name.title(), "type": "",
        "broadcaster_type": "affiliate", "description": "", "created_at": "2019-05-01T10:00:00.123456Z",
    }  # fmt: skip


def _write_video(account: Account, item: Item) -> dict[str, Any]:
    at = f"{item.published_at:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "id": item.id, "stream_id": None, "user_id": account.id, "user_login": account.name,
        "user_name": account.name.title(), "title": item.title, "description": "", "created_at": at,
        "published_at": at, "url": f"https://www.twitch.tv/videos/{item.id}", "viewable": "public",
        "view_count": item.views, "language": "en", "type": "archive", "duration": "1h3m21s",
    }  # fmt: skip
