"""Creators connect their platforms: fakes, real HTTP servers on loopback that speak each platform's protocol."""

import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from django.conf import settings
from django.utils import timezone

from creators.models import ContentItem, Creator, LatestScore, PlatformConnection
from creators.services.scoring.recompute import recompute_scores
from veri.demo.api import Api
from veri.demo.environment import RETURN_URL
from veri.demo.errors import DemoFailed, expect
from veri.demo.processes import Processes
from veri.platform.events.models import Delivery, DeliveryState

PLATFORMS = ("youtube", "twitch", "x", "tiktok")
CREATORS = 3
PUBLISHED = 12  # items each fake account has
WAIT_SECONDS = 30


class Connecting:
    """The steps connect → sync → score → board for the first creators of the demo."""

    def __init__(self, *, handles: list[str], get_api: Callable[[], Api], processes: Processes) -> None:
        self._handles = handles[:CREATORS]
        self._get_api = get_api
        self._processes = processes

    def connect(self) -> str:
        """Connect four platforms for each creator, through the same pages a browser would see."""
        self._processes.start("platforms")
        wait_for_address(settings.PLATFORM_GATEWAY_URL)
        for number, handle in enumerate(self._handles):
            for platform in PLATFORMS:
                self._connect(handle, platform, number)
        return f"{PlatformConnection.objects.count()} accounts of {len(PLATFORMS)} platforms by OAuth"

    def synchronise(self) -> str:
        """Wait until the worker has read every account."""
        wanted = len(self._handles) * len(PLATFORMS) * PUBLISHED
        found = ContentItem.objects.filter(creator__handle__in=self._handles, snapshots__isnull=False)
        deadline = time.monotonic() + WAIT_SECONDS
        while found.count() < wanted or Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists():
            self._processes.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"{found.count()} of {wanted} content items were read in {WAIT_SECONDS} s")
            time.sleep(0.1)
        return f"{found.count()} content items with their figures, read by the worker"

    def score(self) -> str:
        recompute_scores(now=timezone.now())  # as beat does every quarter of an hour
        told = [self._get_api().get(f"/creators/{handle}/score") for handle in self._handles]
        expect(LatestScore.objects.filter(creator__handle__in=self._handles).count(), len(told), "scores")
        words = [f"@{handle} {one['value']}" for handle, one in zip(self._handles, told, strict=True)]
        return f"{', '.join(words)}, each with its reasons"

    def rank(self) -> str:
        for handle in self._handles:
            self._get_api().post(f"/creators/{handle}/consents", {"purpose": "public_profile", "is_granted": True})
        rows = self._get_api().get("/boards/all")["results"]
        expect(len(rows), Creator.objects.filter(handle__in=self._handles).count(), "creators on the board")
        return ", ".join(f"{row['rank']}. @{row['handle']} {row['points']}" for row in rows)

    def _connect(self, handle: str, platform: str, number: int) -> None:
        started = self._get_api().post(
            f"/connections/{platform}/start", {"creator": handle, "return_to": RETURN_URL}, status=201
        )
        with httpx.Client(trust_env=False, timeout=10) as browser:  # keeps the flow's cookie
            consent = browser.get(started["url"]).headers["location"]
            callback = browser.get(_choose_account(consent, platform, number)).headers["location"]
            answer = browser.get(callback)
        told = dict(parse_qsl(urlsplit(answer.headers.get("location", "")).query))
        if told.get("status") != "ok":
            raise DemoFailed(f"{platform} of @{handle} was not connected: {told or answer.status_code}")


def _choose_account(consent: str, platform: str, number: int) -> str:
    """Return the consent page's address with the account the person has there."""
    gateway = settings.PLATFORM_GATEWAY_URL
    accounts = httpx.get(f"{gateway}/accounts/{platform}", trust_env=False).json()
    query = urlencode({"fake_account": accounts[number]})
    return f"{gateway}/{consent.removeprefix('https://')}&{query}"


def wait_for_address(address: str) -> None:
    """Wait until a server answers at an address."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(address, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise DemoFailed(f"nothing answers at {address}")
