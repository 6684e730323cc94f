"""An operator drives a dataset from OFF to CUTOVER and back in the console, with real processes and a real browser."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from migration.models import Dataset
from migration.registry import get_spec
from tests.e2e.conftest import PASSWORD, run_aside
from tests.e2e.operating import HANDLE, REASON, SLOW, confirm, make_rows, sign_in, switch_on
from tests.migration.climbing import make_backup_record, take_every_step
from veri.demo.api import Api
from veri.platform.ops.models import AuditEntry

pytestmark = [pytest.mark.xdist_group("driving"), pytest.mark.browser, pytest.mark.timeout(240)]
NAME = "creator_profiles"
IN_MONGO, IN_POSTGRES = "Read from MongoDB", "Lumen"
CLIMB = ["capture", "backfill", "catchup", "verify", "shadow", "canary", "cutover", "rolled_back"]


def expect_stage(page: Page, text: str) -> None:
    expect(page.locator("[data-stage]")).to_have_text(text, timeout=SLOW)


def promote(page: Page, stage: str, *, typed: str = "") -> None:
    """Wait until every guard holds, then take the step."""
    page.click("#main-promote", timeout=SLOW)
    confirm(page, typed=typed)
    expect_stage(page, stage)


def read_name(api: Api) -> str:
    return str(api.get(f"/creators/{HANDLE}")["display_name"])


def wait_for_name(api: Api, name: str, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while read_name(api) != name:
        assert time.monotonic() < deadline, f"{name!r} was not read within {seconds} s"
        time.sleep(0.05)


def watch_reads(api: Api, has_ended: Event) -> float:
    """Read on until told to stop; return when MongoDB was last seen to answer."""
    last = 0.0
    while not has_ended.is_set():
        if read_name(api) == IN_MONGO:
            last = time.monotonic()
    return last


def test_operator_drives_a_dataset_to_cutover_and_back(processes, page, mongo):
    run_aside(make_rows)
    for name in ("web", "worker", "relay"):
        processes.start(name)
    address = processes.wait_for_web()
    with closing(Api(address=address, username="operator", password=PASSWORD)) as api:
        climb_to_canary(page, address, api)
        widen_and_cut_over(page, api, mongo)
        roll_back(page, api)
    assert page.refusals == []
    trail = run_aside(lambda: list(AuditEntry.objects.filter(target_id=str(get_dataset().pk)).order_by("pk")))
    moves = [entry for entry in trail if entry.action.removeprefix("migration.dataset.") in CLIMB]
    assert [entry.action.removeprefix("migration.dataset.") for entry in moves] == CLIMB
    assert all(REASON in entry.reason and entry.actor_label == "operator" for entry in moves)
    assert all(guard["ok"] for entry in moves for guard in entry.after["guards"])


def get_dataset() -> Dataset:
    return Dataset.objects.get(name=NAME)


def climb_to_canary(page: Page, address: str, api: Api) -> None:
    sign_in(page, address)
    page.goto(f"{address}/admin/datasets/{NAME}/")
    expect_stage(page, "Off")
    expect(page.locator("[data-step=start]")).to_contain_text("USE_MONGO is off")
    for flag in ("USE_MONGO", "READ_FROM_MONGO"):
        switch_on(page, address, flag)

    page.goto(f"{address}/admin/datasets/{NAME}/")
    expect_stage(page, "Capturing")
    page.click("#main-backfill")
    confirm(page)
    expect_stage(page, "Catching up")
    promote(page, "Verifying")
    page.click("#main-verify")
    confirm(page)
    expect(page.locator("[data-health]")).to_have_text("proven", timeout=SLOW)
    promote(page, "Shadow reads")

    expect(page.locator("[data-step=promote]")).to_contain_text("Shadow reads agree")
    for _ in range(12):  # two processes answer, each by its own copy of the route
        read_name(api)
        time.sleep(0.2)
    promote(page, "Canary reads")


def widen_and_cut_over(page: Page, api: Api, mongo) -> None:
    """Let the plan take its steps as the clock does; a wrong name moves nothing; then reads come from MongoDB."""
    expect(page.locator("[data-step=promote]")).to_contain_text("Every cohort reads MongoDB")
    run_aside(take_every_step)
    expect(page.locator("[data-share]")).to_have_text("100 % of the creators", timeout=SLOW)
    run_aside(lambda: make_backup_record(timezone.now()))
    page.click("#main-promote", timeout=SLOW)
    confirm(page, typed="interactions")
    expect(page.locator("#confirm-form .errors")).to_have_text(f"This is not {NAME}.")
    confirm(page, typed=NAME)
    expect_stage(page, "Cut over")
    expect(page.locator("[data-reads]")).to_have_text("MongoDB")

    assert read_name(api) == IN_POSTGRES
    run_aside(lambda: mongo[get_spec(NAME).collection].update_many({}, {"$set": {"display_name": IN_MONGO}}))
    wait_for_name(api, IN_MONGO, seconds=10)


def roll_back(page: Page, api: Api) -> None:
    """Click, and watch every process return to PostgreSQL within two seconds."""
    page.click("#step-roll_back")
    page.fill("#id_reason", REASON)
    has_ended = Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        watching = pool.submit(watch_reads, api, has_ended)
        time.sleep(0.3)
        clicked = time.monotonic()
        page.click("#confirm-form button[type=submit]")
        expect_stage(page, "Rolled back, was cut over")
        time.sleep(2)
        has_ended.set()
        last = watching.result()
    assert clicked - 1 < last < clicked + 2
    assert read_name(api) == IN_POSTGRES
    expect(page.locator("[data-reads]")).to_have_text("PostgreSQL")
