"""The payout desk, the ledger's browser and the monitor of payments."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from billing.models import Account, Invoice, PaymentWebhook, Payout, Posting, Transfer
from creators.models import Brand
from tests.conftest import NOW
from tests.console.payment_rows import make_payment_rows
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry

DESK = reverse("admin:billing_payout_changelist")


@pytest.fixture
def rows(console, creator, operator):
    brand = Brand.objects.create(name="Ovenly", slug="ovenly", created_at=NOW, updated_at=NOW)
    make_payment_rows(creator, brand, operator)


def act(console, address, action, row, *, reason="checked", confirmed=True):
    data = {"action": action, "_selected_action": [row.pk], "reason": reason}
    return console.post(address, {**data, **({"confirmed": "yes"} if confirmed else {})}, follow=True)


def read_state():
    return Payout.objects.get().state


def test_payout_goes_through_the_desk_with_reasons(console, rows):
    payout = Payout.objects.get()
    asked = act(console, DESK, "approve", payout, confirmed=False)
    assert ("Somebody else proposed it" in asked.content.decode(), read_state()) == (True, "proposed")
    assert read_state() == "proposed"
    act(console, DESK, "approve", payout, reason="")
    assert read_state() == "proposed"
    states = []
    for action in ("approve", "send", "confirm"):
        act(console, DESK, action, payout)
        states.append(read_state())
    assert states == ["approved", "sent", "confirmed"]
    assert AuditEntry.objects.filter(target_type="billing.payout", reason="checked").count() == 3
    assert "0 done, 1 skipped" in act(console, DESK, "fail", payout).content.decode()


def test_operator_cannot_approve_what_he_proposed(console, rows, operator):
    Payout.objects.update(proposed_by=operator)
    answer = act(console, DESK, "approve", Payout.objects.get()).content.decode()
    assert ("Another person has to approve" in answer, read_state()) == (True, "proposed")


def test_ledger_leads_from_a_balance_to_its_cause(console, rows):
    held = Account.objects.get(kind="held_funds")
    shown = console.get(reverse("admin:billing_account_changelist")).content.decode()
    address = f"{reverse('admin:billing_posting_changelist')}?account__id__exact={held.pk}"
    assert address in shown
    postings = console.get(address).content.decode()
    transfer = Transfer.objects.get(key="payment:p1")
    assert reverse("admin:billing_transfer_change", args=[transfer.pk]) in postings
    page = console.get(reverse("admin:billing_transfer_change", args=[transfer.pk])).content.decode()
    assert "100.00 USD" in page
    assert reverse("admin:billing_paymentwebhook_change", args=[1]) in page
    assert console.post(reverse("admin:billing_transfer_change", args=[transfer.pk]), {"key": "x"}).status_code == 403
    assert Posting.objects.filter(account=held).count() == 3


def test_webhook_is_replayed_with_a_reason(console, rows):
    PaymentWebhook.objects.update(state="failed")
    before = Event.objects.filter(name="payment.webhook").count()
    act(console, reverse("admin:billing_paymentwebhook_changelist"), "replay", PaymentWebhook.objects.get())
    assert PaymentWebhook.objects.get().state == "pending"
    assert Event.objects.filter(name="payment.webhook").count() == before + 1
    assert AuditEntry.objects.get(action="payment_webhook.replayed").reason == "checked"


def test_interface_speaks_of_held_funds(console, rows):
    for name in ("campaignfunds", "account", "transfer"):
        text = console.get(reverse(f"admin:billing_{name}_changelist")).content.decode().lower()
        assert "escrow" not in text
    assert "Held funds" in console.get(reverse("admin:index")).content.decode()


def test_staff_propose_payouts_of_all_that_is_payable(console, rows, operator):
    address = reverse("admin:billing_account_changelist")
    account = Account.objects.get(kind="creator_payable")
    act(console, address, "propose_payouts", account)
    proposed = Payout.objects.get(proposed_by=operator)
    assert (proposed.amount_minor, proposed.state, proposed.batch.note) == (8_500, "proposed", "checked")
    assert "0 done, 1 skipped" in act(console, address, "propose_payouts", account).content.decode()
    held = Account.objects.get(kind="held_funds")
    assert "0 done, 1 skipped" in act(console, address, "propose_payouts", held).content.decode()
    assert Payout.objects.count() == 2


def test_invoice_is_corrected_once(console, rows):
    address = reverse("admin:billing_invoice_changelist")
    invoice = Invoice.objects.get()
    act(console, address, "correct", invoice)
    note = Invoice.objects.get(kind="credit_note")
    assert (note.corrects_id, note.total_minor) == (invoice.pk, invoice.total_minor)
    assert "0 done, 1 skipped" in act(console, address, "correct", note).content.decode()
    assert Invoice.objects.count() == 2


def test_plan_is_published_from_the_shell(db, capsys):
    given = ["--name", "Pro", "--price-minor", "1900", "--questions", "50", "--reason", "r"]
    call_command("plans", "publish", "pro", *given)
    assert "pro 1: 19.00 USD a month" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("plans", "publish", "pro", "--name", "Pro", "--price-minor", "-1", "--reason", "r")
    assert AuditEntry.objects.get(action="plan.published").reason == "r"
