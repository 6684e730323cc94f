"""Bring a collaboration from one station to the next by the real services."""

from datetime import timedelta

from django.db import connection, transaction

from billing.models import Account, Contract
from billing.money import Money
from billing.queries.campaigns.parties import Actor
from billing.services import held_funds
from billing.services.campaigns.funding import settle_funding
from billing.services.campaigns.production import approve_deliverable, start_production, submit_deliverable
from billing.services.campaigns.publishing import publish_deliverable, verify_publication
from billing.services.contracts.sending import send_contract
from billing.services.contracts.signing import Circumstances, sign_contract, view_contract
from billing.services.ledger import Cause
from billing.services.payouts import approve_payout, confirm_payout, request_payout, send_payout
from creators.models import ContentItem, ContentSnapshot, PlatformConnection, User
from tests.conftest import NOW
from veri.platform.events.models import Event
from veri.platform.events.registry import find_subscriber

HERE = Circumstances(ip="192.0.2.7", user_agent="Firefox")
LATER = NOW + timedelta(minutes=5)
CAUSE = Cause(kind="webhook", reference="w1")
LINK = "https://www.youtube.com/watch?v=abcdefgh{}"


def sign(contract: Contract, actor: Actor, *, sha256: str = "", now=NOW):
    version = view_contract(contract=contract, actor=actor, circumstances=HERE, now=now)
    return sign_contract(
        contract=contract, actor=actor, sha256=sha256 or version.sha256, method="password", circumstances=HERE, now=now
    )


def sign_by_both(collaboration, buyer, maker) -> Contract:
    send_contract(collaboration=collaboration, actor=buyer, now=NOW)
    contract = Contract.objects.get(collaboration=collaboration)
    sign(contract, maker)
    sign(contract, buyer)
    return contract


def pay(campaign, minor: int, *, key: str = "p1") -> None:
    """Credit a payment as the provider's notice would, and let the campaign hear of it."""
    with transaction.atomic():
        intent = held_funds.request_funding(
            campaign_ref=campaign.pk, brand=campaign.brand, amount=Money(minor=minor, currency="EUR"), actor=None,
            now=NOW,
        )  # fmt: skip
        held_funds.credit_funding(
            intent=intent, payment_key=key, amount_minor=minor, is_first=True, cause=CAUSE, now=NOW
        )
    settle_funding(campaign_id=campaign.pk, now=LATER)
    check_ledger()


def check_ledger() -> dict[str, int]:
    """Return the balances by kind, in total; they sum to zero."""
    sums: dict[str, int] = {}
    for account in Account.objects.all():
        sums[account.kind] = sums.get(account.kind, 0) + account.posted_minor
    assert sum(sums.values()) == 0
    return {kind: amount for kind, amount in sums.items() if amount}


def publish_content(creator, place: int = 1, *, title: str = "My bread #ad", platform: str = "youtube") -> ContentItem:
    """Store what the platform tells of a publication on a connected account."""
    PlatformConnection.objects.get_or_create(
        creator=creator, platform=platform, account_id="c1", defaults={"state": "active", "created_at": NOW}
    )
    item = ContentItem.objects.create(
        creator=creator, platform=platform, external_id=f"abcdefgh{place}", kind="video", title=title,
        published_at=LATER, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    ContentSnapshot.objects.create(content=item, creator=creator, platform=platform, taken_at=LATER, views=900)
    return item


def hand_in(deliverable, maker, buyer, *, now=LATER):
    submit_deliverable(deliverable=deliverable, actor=maker, url="https://drive.example/1", now=now)
    return approve_deliverable(deliverable=deliverable, actor=buyer, now=now)


def pay_out(creator, *, minor: int) -> None:
    """Propose, approve, send and confirm a payout by two people of staff, and let the campaigns hear of it."""
    first, second = (User.objects.create(username=name, is_staff=True) for name in ("anna", "ben"))
    with transaction.atomic():
        payout = request_payout(creator=creator, amount=Money(minor=minor, currency="EUR"), actor=first, now=LATER)
    told = {"payout_id": payout.pk, "actor": second, "reason": "checked", "now": LATER}
    approve_payout(**told)
    send_payout(**told, bank_reference="B1")
    confirm_payout(**told)
    (event,) = Event.objects.filter(name="payout.confirmed")
    find_subscriber(event="payout.confirmed", name="billing.note_paid_out").handle(payload=event.payload)


def bring_to_verified(collaboration, buyer, maker) -> None:
    start_production(collaboration=collaboration, actor=maker, now=LATER)
    for one in collaboration.deliverables.order_by("position"):
        hand_in(one, maker, buyer)
        publish_content(collaboration.creator, one.position)
        publish_deliverable(deliverable=one, actor=maker, url=LINK.format(one.position), now=LATER)
        assert verify_publication(deliverable=one, actor=buyer, now=LATER).failures == []
    assert connection.in_atomic_block is False
