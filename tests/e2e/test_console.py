"""An operator brings datasets to MongoDB from the console, with real processes and a real browser."""

import pytest
from playwright.sync_api import expect

from creators.models import Interaction
from migration.models import ParityRun
from tests.e2e.conftest import run_aside
from tests.e2e.operating import REASON, SLOW, confirm, expect_on_every_card, make_rows, sign_in
from veri.platform.ops.models import AuditEntry

pytestmark = [pytest.mark.xdist_group("driving"), pytest.mark.browser, pytest.mark.timeout(180)]
NAMES = ["creator_profiles", "interactions", "memories", "memory_vectors"]


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

    page.goto(f"{address}/admin/datasets/")
    expect_on_every_card(page, NAMES, "Capturing")
    page.click("#all-backfill")
    confirm(page)
    expect_on_every_card(page, NAMES, "Catching up")

    # No relay yet: what is written now waits, and the page shows it without being loaded again.
    run_aside(lambda: Interaction.objects.filter(external_id__in=["3", "4"]).update(text="changed"))
    outbox = page.locator("[data-dataset=interactions] [data-outbox]")
    expect(outbox).to_contain_text("2 waiting", timeout=SLOW)
    processes.start("relay")
    expect(outbox).to_contain_text("nothing waits", timeout=SLOW)

    page.click("#all-verify")
    confirm(page)
    for name in NAMES:
        expect(page.locator(f"[data-dataset={name}] [data-parity]")).to_contain_text("100 %", timeout=SLOW)

    assert page.refusals == []
    full = ParityRun.objects.filter(tier="deep", mode="full")  # samples are taken after each stage by themselves
    runs = run_aside(lambda: list(full.values_list("dataset__name", "state", "mismatched", "compared")))
    assert sorted(runs) == [
        ("creator_profiles", "clean", 0, 1),
        ("interactions", "clean", 0, 50),
        ("memories", "clean", 0, 1),
        ("memory_vectors", "clean", 0, 1),
    ]
    entry = run_aside(lambda: AuditEntry.objects.get(action="migration.flag.on"))
    assert (entry.actor_label, entry.reason) == ("operator", REASON)
