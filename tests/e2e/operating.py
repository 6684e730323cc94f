"""What an operator does in the browser, and the rows it is done to."""

from collections.abc import Sequence
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from creators.models import Creator, Interaction, User
from memory.models import Memory, MemoryVector
from tests.e2e.conftest import PASSWORD

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
HANDLE = "lumenkitchen"
REASON = "first walk to MongoDB"
SLOW = 40_000


def make_rows() -> None:
    creator = Creator.objects.create(
        owner=User.objects.get(username="operator"), handle=HANDLE, display_name="Lumen", created_at=NOW, updated_at=NOW
    )
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


def confirm(page: Page, *, typed: str = "") -> None:
    """Give the reason, and the dataset's name where it is asked for, and send."""
    page.fill("#id_reason", REASON)
    if typed:
        page.fill("#id_typed_name", typed)
    page.click("#confirm-form button[type=submit]")


def switch_on(page: Page, address: str, flag: str) -> None:
    page.goto(f"{address}/admin/flags/")
    page.click(f"#switch-{flag}")
    confirm(page)
    expect(page.locator(f"[data-flag={flag}]")).to_contain_text(REASON)


def expect_on_every_card(page: Page, names: Sequence[str], text: str) -> None:
    for name in names:
        expect(page.locator(f"[data-dataset={name}] [data-stage]")).to_have_text(text, timeout=SLOW)
