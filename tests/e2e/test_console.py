"""An operator brings datasets to MongoDB from the console, with real processes and a real browser."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from creators.models import Creator, Interaction
from memory.models import Memory, MemoryVector
from migration.models import ParityRun
from tests.e2e.conftest import PASSWORD, run_aside
from veri.platform.ops.models import AuditEntry

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("faults"), pytest.mark.timeout(180)]
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
NAMES = ["creator_profiles", "interactions", "memories", "memory_vectors"]
REASON = "first walk to MongoDB"
SLOW = 40_000


def make_rows() -> None:
    creator = Creator.objects.create(handle="lumenkitchen", display_name="Lumen", created_at=NOW, updated_at=NOW)
    Interaction.objects.bulk_create(
        Interaction(
            creator=creator, platform="chat", external_id=str(number), type="message", text=f"hello {number}",
            payload={"number": number}, occurred_at=NOW, received_at=NOW,
        )
        for number in range(50)
    )  # fmt: skip
    memory = Memory.objects.create(
        creator=creator, type="creator_entity", subject="creator", predicate="home", value="Porto",
        text="Lives in Porto.", content_hash="h", confidence=0.5, valid_from=NOW, recorded_at=NOW,
    )  # fmt: skip
    MemoryVector.objects.create(
        creator=creator, kind="memory", target_id=memory.pk, model="m", model_version="1", embedding=[0.5] * 256
    )


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/login/")
    page.fill("#id_username", "operator")
    page.fill("#id_password", PASSWORD)
    page.click("#login-form button[type=submit]")
    expect(page).to_have_url(f"{address}/admin/")


def confirm(page: Page) -> None:
    page.fill("#id_reason", REASON)
    page.click("#confirm-form button[type=submit]")


def expect_on_every_card(page: Page, text: str) -> None:
    for name in NAMES:
        expect(page.locator(f"[data-dataset={name}] [data-stage]")).to_have_text(text, timeout=SLOW)


def test_operator_switches_mongo_on_and_reaches_full_parity(processes, page):
    run_aside(make_rows)
    for name in ("web", "worker"):
        processes.start(name)
    address = processes.wait_for_web()

    sign_in(page, address)
    page.goto(f"{address}/admin/flags/")
    page.click("#switch-USE_MONGO")
    confirm(page)
    expect(page.locator("[data-flag=USE_MONGO]")).to_contain_text(REASON)

    page.goto(f"{address}/admin/reconciliation/")
    expect_on_every_card(page, "Capturing")
    page.click("#all-backfill")
    confirm(page)
    expect_on_every_card(page, "Catching up")

    # No relay yet: what is written now waits, and the page shows it without being loaded again.
    run_aside(lambda: Interaction.objects.filter(external_id__in=["3", "4"]).update(text="changed"))
    outbox = page.locator("[data-dataset=interactions] [data-outbox]")
    expect(outbox).to_contain_text("2 waiting", timeout=SLOW)
    processes.start("relay")
    expect(outbox).to_contain_text("nothing waits", timeout=SLOW)

    page.click("#all-check_parity")
    confirm(page)
    for name in NAMES:
        expect(page.locator(f"[data-dataset={name}] [data-parity]")).to_contain_text("100 %", timeout=SLOW)
    expect_on_every_card(page, "Verified")

    assert page.refusals == []
    runs = run_aside(lambda: list(ParityRun.objects.values_list("dataset__name", "state", "mismatched", "compared")))
    assert sorted(runs) == [
        ("creator_profiles", "clean", 0, 1),
        ("interactions", "clean", 0, 50),
        ("memories", "clean", 0, 1),
        ("memory_vectors", "clean", 0, 1),
    ]
    entry = run_aside(lambda: AuditEntry.objects.get(action="migration.flag.on"))
    assert (entry.actor_label, entry.reason) == ("operator", REASON)
