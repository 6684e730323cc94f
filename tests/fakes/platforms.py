"""All four platforms behind one address. ``python -m tests.fakes.platforms --port 9100`` serves a seeded world.

There ``POST {url}/control/move`` lets a day pass, ``/control/publish?platform=x&account=0`` publishes something and
sends its webhook, ``/control/revoke?platform=x`` ends the grants as an account's owner would.
"""

import argparse
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tests.fakes.frame import Asked, CallBack, Gateway, Reply, run_gateway
from tests.fakes.oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.tiktok import FakeTikTok
from tests.fakes.twitch import FakeTwitch
from tests.fakes.world import Account, Item, World, seed_world
from tests.fakes.x import BEARER, CONSUMER_SECRET, FakeX
from tests.fakes.youtube import TOPIC, FakeYouTube


@dataclass
class Platforms:
    gateway: Gateway
    world: World
    youtube: FakeYouTube
    twitch: FakeTwitch
    x: FakeX
    tiktok: FakeTikTok


@contextmanager
def run_platforms(*, port: int = 0, items: int = 12) -> Iterator[Platforms]:
    """Serve all platforms with a world of their own until the block ends."""
    world = seed_world(items=items)
    with run_gateway(port=port) as gateway:
        gateway.hosts["accounts"] = lambda asked: Reply(200, list(world.accounts[asked.path.lstrip("/")]))
        yield Platforms(
            gateway=gateway,
            world=world,
            youtube=FakeYouTube(gateway, world),
            twitch=FakeTwitch(gateway, world),
            x=FakeX(gateway, world),
            tiktok=FakeTikTok(gateway, world),
        )


class Control:
    """What a demonstration may do to the world from outside."""

    def __init__(self, platforms: Platforms) -> None:
        self._platforms = platforms
        platforms.gateway.hosts["control"] = self._answer

    def _answer(self, asked: Asked) -> Reply:
        acts = {"/move": self._move, "/publish": self._publish, "/revoke": self._revoke}
        if asked.method != "POST" or asked.path not in acts:
            return Reply(404, {"error": f"POST one of {', '.join(acts)}"})
        return Reply(200, acts[asked.path](asked))

    def _move(self, _asked: Asked) -> dict[str, int]:
        accounts = [one for some in self._platforms.world.accounts.values() for one in some.values()]
        for account in accounts:
            account.move()
        return {"moved": len(accounts)}

    def _publish(self, asked: Asked) -> dict[str, str]:
        platform, now = asked.query.get("platform", "youtube"), datetime.now(tz=UTC)
        account = self._platforms.world.get(platform, int(asked.query.get("account", "0")))
        item = account.publish(title=asked.query.get("title", "Something new"), at=now)
        for call in self._list_calls(platform, account, item, now):
            self._platforms.gateway.call_back(call)
        return {"published": item.id}

    def _list_calls(self, platform: str, account: Account, item: Item, now: datetime) -> list[CallBack]:
        """Return the webhook of something new, where somebody subscribed to it."""
        if platform == "youtube" and f"{TOPIC}{account.id}" in self._platforms.youtube.leases:
            return [self._platforms.youtube.build_entry(account=account, item=item, updated=now)]
        if platform == "x" and self._platforms.x.webhooks:
            return [self._platforms.x.build_post_event(account=account, item=item)]
        if platform == "tiktok":
            content = {"share_id": f"video.{item.id}"}
            told = {"account": account, "event": "video.publish.completed", "content": content, "at": now}
            return [self._platforms.tiktok.build_webhook(**told)]
        return []

    def _revoke(self, asked: Asked) -> dict[str, int]:
        issuer = getattr(self._platforms, asked.query.get("platform", "youtube")).issuer
        for grant in issuer.grants:
            grant.is_over = True
        return {"ended": len(issuer.grants)}


def list_variables(gateway_url: str) -> dict[str, str]:
    """Return the environment that points Veri at the fakes."""
    names = ("YOUTUBE", "TWITCH", "TWITTER", "TIKTOK")
    pairs = {f"{name}_CLIENT_ID": CLIENT_ID for name in names} | {
        f"{name}_CLIENT_SECRET": CLIENT_SECRET for name in names
    }
    tokens = {"TWITTER_BEARER_TOKEN": BEARER, "TWITTER_CONSUMER_SECRET": CONSUMER_SECRET}
    return {"PLATFORM_GATEWAY_URL": gateway_url, **pairs, **tokens}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.platforms", description=__doc__)
    known = urlsplit(os.environ.get("PLATFORM_GATEWAY_URL", ""))
    parser.add_argument("--port", type=int, default=known.port or 9100, help="that of PLATFORM_GATEWAY_URL, or 9100")
    parser.add_argument("--veri", default="http://127.0.0.1:8000", help="where TikTok sends its webhooks")
    parser.add_argument("--environment", action="store_true", help="print what points Veri at them, and end")
    chosen = parser.parse_args()
    if chosen.environment:
        _print_environment(f"http://127.0.0.1:{chosen.port}")
        return
    with run_platforms(port=chosen.port) as platforms:
        platforms.gateway.sends = True
        platforms.tiktok.callback = f"{chosen.veri}/webhooks/tiktok"
        Control(platforms)
        _print_environment(platforms.gateway.url)
        threading.Event().wait()


def _print_environment(url: str) -> None:
    for name, value in list_variables(url).items():
        sys.stdout.write(f"{name}={value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
