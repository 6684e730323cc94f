"""A fake YouTube: Google's OAuth, the Data API with its quota, and a WebSub hub."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from tests.fakes.frame import Asked, CallBack, Gateway, Reply
from tests.fakes.oauth import Grant, Issuer
from tests.fakes.world import Account, Item, World

PLATFORM = "youtube"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="


def _tell(error: str) -> Reply:
    status = 401 if error == "invalid_client" else 400
    return Reply(status, {"error": error, "error_description": "Bad Request"})


def fail(status: int, reason: str) -> Reply:
    """Return an error as the Data API writes it."""
    inner = {"message": "scripted", "domain": "youtube.quota", "reason": reason}
    return Reply(status, {"error": {"code": status, "message": "scripted", "errors": [inner], "status": "FAILED"}})


@dataclass
class FakeYouTube:
    gateway: Gateway
    world: World
    units: int = 10_000
    hides_subscribers: bool = False
    leases: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = self.world.get(PLATFORM).id
        # Google gives a refresh token once and never a new one.
        self.issuer = Issuer(
            name=PLATFORM, account_id=first, tell=_tell, needs_pkce=True, rotates=False, expires_in=3_599
        )
        self.gateway.hosts["accounts.google.com"] = self._answer_accounts
        self.gateway.hosts["oauth2.googleapis.com"] = self._answer_tokens
        self.gateway.hosts["www.googleapis.com"] = self._answer_api
        self.gateway.hosts["pubsubhubbub.appspot.com"] = self._answer_hub

    def _answer_accounts(self, asked: Asked) -> Reply:
        offline = (asked.query.get("access_type"), asked.query.get("prompt")) == ("offline", "consent")
        return self.issuer.authorize(asked) if offline else Reply(400, b"no refresh token would come of this")

    def _answer_tokens(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.issuer.token(asked)
        is_known = self.issuer.revoke(asked.form.get("token", ""))
        return Reply(200, {}) if is_known else Reply(400, {"error": "invalid_token"})

    def _answer_api(self, asked: Asked) -> Reply:
        grant = self.issuer.find(asked.bearer)
        if grant is None:
            return fail(401, "authError")
        if "https://www.googleapis.com/auth/youtube.readonly" not in grant.scopes:
            return fail(403, "insufficientPermissions")
        self.units -= 1
        if self.units < 0:
            return fail(403, "quotaExceeded")
        answers = {
            "/youtube/v3/channels": self._tell_channel,
            "/youtube/v3/playlistItems": self._tell_uploads,
            "/youtube/v3/videos": self._tell_videos,
        }
        return answers[asked.path](asked, grant)

    def _tell_channel(self, asked: Asked, grant: Grant) -> Reply:
        ids = asked.query["id"].split(",") if "id" in asked.query else [grant.account_id]
        accounts = [found for one in ids if (found := self.world.accounts[PLATFORM].get(one))]
        items = [self._write_channel(one) for one in accounts]
        etag = f'"{hashlib.sha1(repr(items).encode()).hexdigest()}"'  # noqa: S324  a fingerprint
        if asked.headers.get("if-none-match") == etag:
            return Reply(304)
        return Reply(200, {"kind": "youtube#channelListResponse", "etag": etag, "items": items})

    def _write_channel(self, account: Account) -> dict[str, Any]:
        statistics = {
            "viewCount": str(account.views), "videoCount": str(len(account.present)),
            "subscriberCount": str(account.followers), "hiddenSubscriberCount": self.hides_subscribers,
        }  # fmt: skip
        return {
            "kind": "youtube#channel", "id": account.id, "statistics": statistics,
            "snippet": {"title": account.name.title(), "publishedAt": "2015-01-05T10:00:00Z"},
            "contentDetails": {"relatedPlaylists": {"uploads": f"UU{account.id[2:]}"}},
        }  # fmt: skip

    def _tell_uploads(self, asked: Asked, grant: Grant) -> Reply:
        account = self.world.accounts[PLATFORM].get(f"UC{asked.query['playlistId'][2:]}")
        if account is None:
            return fail(404, "playlistNotFound")
        start, size = int(asked.query.get("pageToken", "0")), int(asked.query["maxResults"])
        page = account.present[start : start + size]
        items = [{"kind": "youtube#playlistItem", "contentDetails": {"videoId": one.id}} for one in page]
        more = {"nextPageToken": str(start + size)} if start + size < len(account.present) else {}
        return Reply(200, {"kind": "youtube#playlistItemListResponse", "items": items, **more})

    def _tell_videos(self, asked: Asked, grant: Grant) -> Reply:
        ids = asked.query["id"].split(",")
        everybody = self.world.accounts[PLATFORM].values()
        found = [_write_video(one, item) for one in everybody for item in one.present if item.id in ids]
        return Reply(200, {"kind": "youtube#videoListResponse", "items": found})

    def _answer_hub(self, asked: Asked) -> Reply:
        form = asked.form
        topic, mode = form["hub.topic"], form["hub.mode"]
        if not topic.startswith(TOPIC):
            return Reply(400, b"not a topic of this hub")
        challenge = f"challenge-{len(self.leases)}"
        told = {
            "hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge,
            "hub.lease_seconds": form["hub.lease_seconds"],
        }  # fmt: skip
        joint = "&" if "?" in form["hub.callback"] else "?"
        call = CallBack("GET", f"{form['hub.callback']}{joint}{urlencode(told)}")

        def take(status: int, answered: bytes) -> None:
            if status // 100 == 2 and answered == challenge.encode():
                self.leases.pop(topic, None)
                if mode == "subscribe":
                    self.leases[topic] = form

        call.on_answer = take
        self.gateway.call_back(call)
        return Reply(202)

    def build_entry(self, *, account: Account, item: Item, updated: datetime) -> CallBack:
        """Return a signed notification of a new or edited video."""
        return self._sign(account, write_entry(account, item, updated))

    def build_deletion(self, *, account: Account, item: Item, at: datetime) -> CallBack:
        return self._sign(
            account,
            f'<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">'
            f'<at:deleted-entry ref="yt:video:{item.id}" when="{at.isoformat()}"><at:by><name>{account.name}</name>'
            f"<uri>https://www.youtube.com/channel/{account.id}</uri></at:by></at:deleted-entry></feed>",
        )

    def _sign(self, account: Account, text: str) -> CallBack:
        form, body = self.leases[f"{TOPIC}{account.id}"], text.encode()
        digest = hmac.new(form["hub.secret"].encode(), body, hashlib.sha1).hexdigest()
        headers = {"Content-Type": "application/atom+xml", "X-Hub-Signature": f"sha1={digest}"}
        return CallBack("POST", form["hub.callback"], headers, body)


def write_entry(account: Account, item: Item, updated: datetime) -> str:
    return (
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">'
        f'<link rel="self" href="{escape(TOPIC)}{account.id}"/><title>YouTube video feed</title>'
        f"<entry><id>yt:video:{item.id}</id><yt:videoId>{item.id}</yt:videoId>"
        f"<yt:channelId>{account.id}</yt:channelId><title>{escape(item.title)}</title>"
        f"<author><name>{account.name.title()}</name></author>"
        f"<published>{item.published_at.isoformat()}</published><updated>{updated.isoformat()}</updated></entry></feed>"
    )


def _write_video(account: Account, item: Item) -> dict[str, Any]:
    return {
        "kind": "youtube#video", "id": item.id,
        "snippet": {
            "publishedAt": f"{item.published_at:%Y-%m-%dT%H:%M:%SZ}", "channelId": account.id, "title": item.title,
            "channelTitle": account.name.title(), "description": "", "tags": ["veri"], "defaultAudioLanguage": "en",
        },
        "contentDetails": {"duration": "PT21M7S"},
        "status": {"privacyStatus": "public"},
        "statistics": {
            "viewCount": str(item.views), "likeCount": str(item.likes), "commentCount": str(item.comments),
        },
    }  # fmt: skip
