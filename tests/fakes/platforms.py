"""All four platforms behind one address. ``python -m tests.fakes.platforms --port 9100`` serves a seeded world."""

import argparse
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.fakes.frame import Gateway, Reply, run_gateway
from tests.fakes.oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.tiktok import FakeTikTok
from tests.fakes.twitch import FakeTwitch
from tests.fakes.world import World, seed_world
from tests.fakes.x import BEARER, CONSUMER_SECRET, FakeX
from tests.fakes.youtube import FakeYouTube


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
    parser.add_argument("--environment", action="store_true", help="print what points Veri at them, and end")
    chosen = parser.parse_args()
    if chosen.environment:
        _print_environment(f"http://127.0.0.1:{chosen.port}")
        return
    with run_platforms(port=chosen.port) as platforms:
        platforms.gateway.sends = True
        _print_environment(platforms.gateway.url)
        threading.Event().wait()


def _print_environment(url: str) -> None:
    for name, value in list_variables(url).items():
        sys.stdout.write(f"{name}={value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
