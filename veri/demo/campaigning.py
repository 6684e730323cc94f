"""A campaign from brief to payout between a brand and a creator; the payment provider is a fake of its own protocol."""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing.models import Account
from billing.money import Money
from billing.services.payouts import approve_payout, confirm_payout, request_payout, send_payout
from creators.models import Brand, BrandMember, ContentItem, Creator, CreatorSummary, User
from creators.services.brands import insert_brand, set_member_role
from veri.demo.api import Api
from veri.demo.connecting import wait_for_address
from veri.demo.errors import DemoFailed, expect
from veri.demo.processes import Processes

WAIT_SECONDS = 30
FEE, COUNTER = 120_000, 150_000
TITLE = "Autumn bread"
Reading = Callable[[], Any]


class Campaigning:
    """The steps brief → contract → held funds → work → release → payout, and what is remembered and cost."""

    def __init__(self, *, handle: str, get_api: Callable[[], Api], processes: Processes) -> None:
        self._handle = handle
        self._get_api = get_api
        self._processes = processes
        self._brand: Api | None = None
        self._campaign = self._part = ""

    @property
    def brand(self) -> Api:
        if self._brand is None:
            raise DemoFailed("the brand has not signed in yet")
        return self._brand

    @property
    def creator(self) -> Api:
        return self._get_api()

    def agree(self) -> str:
        """Brief, offer, counter-offer, acceptance."""
        self._sign_brand_in()
        self.creator.post(f"/creators/{self._handle}/consents", {"purpose": "discovery", "is_granted": True})
        self._wait("the creator may be found", CreatorSummary.objects.filter(creator__handle=self._handle).exists)
        self._campaign = self.brand.post("/campaigns", _describe_campaign(), status=201)["id"]
        self.brand.post(f"/campaigns/{self._campaign}/moves", {"action": "brief"})
        invited = self.brand.post(f"/campaigns/{self._campaign}/collaborations", {"creator": self._handle}, status=201)
        self._part = invited["id"]
        first = self.brand.post(f"/collaborations/{self._part}/offers", _describe_offer(FEE), status=201)
        answer = _describe_offer(COUNTER, answers=first["number"])
        second = self.creator.post(f"/collaborations/{self._part}/offers", answer, status=201)
        self.brand.post(f"/collaborations/{self._part}/offers/{second['number']}/accept", {})
        said = self.brand.post(f"/collaborations/{self._part}/predictions", {}, status=201)
        return f"offered {FEE / 100:,.0f}, agreed on {COUNTER / 100:,.0f} USD; return: {said['refusal']}"

    def sign(self) -> str:
        """Both sign the document whose digest they were shown."""
        self.brand.post(f"/collaborations/{self._part}/moves", {"action": "send_contract"})
        contract = self.creator.get(f"/collaborations/{self._part}/contract")["id"]
        for who in (self.creator, self.brand):
            shown = who.post(f"/contracts/{contract}/views", {})
            consent = {name: shown[name] for name in ("sha256", "consent_version")}
            who.post(f"/contracts/{contract}/signatures", {**consent, "password": who.password}, status=201)
        checked = self.brand.get(f"/contracts/{contract}/verify")
        expect(checked["problems"], [], "problems of the contract")
        return f"signed by both, SHA-256 {shown['sha256'][:12]}…, chain verified"

    def hold(self) -> str:
        """Ask for the funds, pay as the brand's browser would, wait for the provider's webhook."""
        self._processes.start("payments")
        wait_for_address(settings.MERCADO_PAGO_BASE_URL)
        self.brand.post(f"/campaigns/{self._campaign}/funding", {}, status=201)
        funding = f"/campaigns/{self._campaign}/funding"
        address = self._wait("a checkout", lambda: self.brand.get(funding)["payments"][0]["checkout_url"])
        httpx.get(address, trust_env=False).raise_for_status()
        self._wait("held funds", lambda: self._read_state() == "funded")
        expect(self.brand.get(funding)["held_minor"], COUNTER, "held funds")
        return f"paid by webhook; {self._check_ledger()}"

    def work(self) -> str:
        """Hand in, ask for changes, approve, publish with a disclosure, verify by the platform's data."""
        self.creator.post(f"/collaborations/{self._part}/moves", {"action": "start"})
        (piece,) = self.creator.get(f"/collaborations/{self._part}/deliverables")["results"]
        path = f"/deliverables/{piece['id']}"
        self.creator.post(f"{path}/submissions", {"url": "https://drive.example/1"}, status=201)
        self.brand.post(f"{path}/change-requests", {"notes": "Brighter, please."})
        self.creator.post(f"{path}/submissions", {"url": "https://drive.example/2"}, status=201)
        self.brand.post(f"{path}/approval", {})
        video = self._publish()
        self.creator.post(f"{path}/publication", {"url": f"https://www.youtube.com/watch?v={video}"})
        shown = self.brand.post(f"{path}/verification", {})
        expect((shown["state"], shown["proofs"][0]["disclosures"]), ("verified", ["#ad"]), "publication")
        self.brand.post(f"{path}/release", {})
        return f"changes asked once; published, disclosed, verified, released; {self._check_ledger()}"

    def pay_out(self) -> str:
        """Pay the creator out: proposed by one of staff, approved by another, as at the console's desk."""
        payable = Account.objects.filter(kind="creator_payable", creator__handle=self._handle)
        amount = Money(minor=payable.aggregate(sum=Sum("posted_minor"))["sum"], currency="USD")
        first, second = (User.objects.create_user(username=name, is_staff=True) for name in ("anna", "ben"))
        now = timezone.now()
        with transaction.atomic():
            creator = Creator.objects.get(handle=self._handle)
            payout = request_payout(creator=creator, amount=amount, actor=first, now=now)
        told: dict[str, Any] = {"payout_id": payout.pk, "actor": second, "reason": "demo", "now": now}
        approve_payout(**told)
        send_payout(**told, bank_reference="DEMO-1")
        confirm_payout(**told)
        self._wait("paid", lambda: self._read_state() == "paid")
        self.creator.post(f"/collaborations/{self._part}/moves", {"action": "close"})
        outcome = {"revenue_minor": 3 * COUNTER, "views": 41_000}
        self.brand.put(f"/collaborations/{self._part}/outcome", outcome)
        return f"{amount} to @{self._handle} by two people; {self._check_ledger()}"

    def remember(self) -> str:
        """Ask the assistant what the campaign paid."""

        def ask() -> str:
            answer = self.creator.ask(creator=self._handle, question=f"What fee was agreed for {TITLE}?")
            return str(answer["answer"]) if "1,500.00 USD" in answer["answer"] and answer["citations"] else ""

        return f"“{self._wait('an answer from the campaign', ask)}”"

    def report_costs(self) -> str:
        """Report what everything cost; fails unless every micro-dollar is explained."""
        written = StringIO()
        call_command("cost", "report", stdout=written)
        lines = written.getvalue().strip().splitlines()
        return f"{lines[0]}; {lines[-1]}"

    def _sign_brand_in(self) -> None:
        password = secrets.token_urlsafe(16)
        user, now = User.objects.create_user(username="demo-brand", password=password), timezone.now()
        told: dict[str, Any] = {
            "acting_user": User.objects.create_user(username="demo-staff", is_staff=True),
            "reason": "demo",
        }
        with transaction.atomic():
            brand = Brand(name="Ovenly", slug="ovenly", description="Ovens for bread.")
            insert_brand(brand=brand, now=now, **told)
            set_member_role(member=BrandMember(brand=brand, user=user), role="owner", now=now, **told)
        self._brand = Api(address=self._processes.address, username="demo-brand", password=password)

    def _publish(self) -> str:
        """Publish on the fake YouTube and let Veri read it; return the video's id."""
        gateway = settings.PLATFORM_GATEWAY_URL
        told = {"platform": "youtube", "account": "0", "title": f"{TITLE} #ad"}
        video = str(httpx.post(f"{gateway}/control/publish", params=told, trust_env=False).json()["published"])
        connections = self.creator.get(f"/creators/{self._handle}/connections")["results"]
        youtube = next(one["id"] for one in connections if one["platform"] == "youtube")
        self.creator.post(f"/connections/{youtube}/sync", {}, status=202)
        self._wait("the video", ContentItem.objects.filter(external_id=video).exists)
        return video

    def _read_state(self) -> str:
        return str(self.brand.get(f"/collaborations/{self._part}")["collaboration"]["state"])

    def _wait(self, what: str, read: Reading) -> Any:
        """Return the first value that is something."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            self._processes.check()
            if found := read():
                return found
            time.sleep(0.1)
        raise DemoFailed(f"{what} did not come within {WAIT_SECONDS} s")

    def _check_ledger(self) -> str:
        """Return the balances by kind; they sum to zero."""
        rows = Account.objects.values_list("kind").annotate(sum=Sum("posted_minor")).order_by("kind")
        sums = {kind: minor for kind, minor in rows if minor}
        expect(sum(sums.values()), 0, "sum of the ledger")
        return "ledger 0 = " + ", ".join(f"{kind} {minor / 100:+,.2f}" for kind, minor in sums.items())


def _describe_campaign() -> dict[str, Any]:
    today = timezone.now().date()
    return {
        "title": TITLE,
        "kind": "sponsored_video",
        "objectives": "Sourdough bread from a home oven",
        "budget_minor": 500_000,
        "currency": "USD",
        "timezone": "Europe/Lisbon",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=30)).isoformat(),
        "category": "food",
    }


def _describe_offer(minor: int, **more: Any) -> dict[str, Any]:
    due_on = (timezone.now() + timedelta(days=20)).date().isoformat()
    piece = {"title": "Bread", "platform": "youtube", "format": "video", "due_on": due_on, "share_minor": minor}
    return {"amount_minor": minor, "currency": "USD", "terms": {"deliverables": [piece]}, **more}
