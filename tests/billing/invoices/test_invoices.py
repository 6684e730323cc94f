import hashlib
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceLine, PaymentIntent
from billing.payment_errors import InvoiceRefused
from billing.services.invoices import issue_credit_note, issue_invoice, set_profile
from billing.services.invoices.issuing import NewLine
from tests.billing.ledger.conftest import brand
from tests.billing.test_concurrency import run_at_once
from tests.conftest import NOW

__all__ = ["brand"]


def make_intent(brand, minor=11_900):
    return PaymentIntent.objects.create(
        purpose="subscription", provider="stripe", amount_minor=minor, currency="EUR", brand=brand, requested_at=NOW,
        updated_at=NOW,
    )  # fmt: skip


def issue(intent, key="k", *, gross=11_900, now=NOW, rate=1_900):
    line = NewLine(description="Plus, November", gross_minor=gross, tax_basis_points=rate)
    return issue_invoice(key=key, intent=intent, lines=[line], now=now)


@pytest.mark.django_db
def test_invoice_says_to_whom_and_adds_up(brand):
    set_profile(
        legal_name="Ovenly GmbH", tax_id="DE123", address="Ofenstr. 1, Köln", country="DE", brand=brand, actor=None,
        now=NOW,
    )  # fmt: skip
    invoice = issue(make_intent(brand))
    assert invoice.label == "VERI-2026-000001"
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (10_000, 1_900, 11_900)
    assert (invoice.buyer_name, invoice.buyer_tax_id, invoice.buyer_country) == ("Ovenly GmbH", "DE123", "DE")
    assert (invoice.pdf[:5], invoice.sha256) == (b"%PDF-", hashlib.sha256(invoice.pdf).hexdigest())
    assert issue(invoice.intent).pk == invoice.pk


@pytest.mark.django_db
@pytest.mark.parametrize("gross", [1, 2, 99, 100, 101, 10**12])
def test_net_and_tax_add_up_to_the_gross(gross):
    line = NewLine(description="", gross_minor=gross, tax_basis_points=1_900)
    exact = gross * 10_000 / 11_900
    assert abs(line.net_minor - exact) <= 0.5


@pytest.mark.django_db
def test_numbers_have_no_gaps_and_begin_anew_each_year(brand):
    intent = make_intent(brand)
    for key in ("a", "b"):
        issue(intent, key)
        with pytest.raises(InvoiceRefused), transaction.atomic():
            issue(intent, f"{key}-nothing", gross=0)
        start = transaction.savepoint()
        issue(intent, f"{key}-lost")
        transaction.savepoint_rollback(start)
    issue(intent, "c", now=datetime(2027, 1, 1, tzinfo=UTC))
    found = Invoice.objects.order_by("pk")
    assert [one.label for one in found] == ["VERI-2026-000001", "VERI-2026-000002", "VERI-2027-000001"]


@pytest.mark.django_db(transaction=True)
def test_numbers_at_once_are_different_and_without_gaps(brand):
    intent = make_intent(brand)

    def work(number):
        with transaction.atomic():
            return issue(intent, f"k{number}").number

    assert sorted(run_at_once(6, work)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_invoice SET total_minor = total_minor, buyer_name = 'X'",
        "UPDATE billing_invoiceline SET description = 'X'",
        "DELETE FROM billing_invoiceline",
        "DELETE FROM billing_invoice",
    ],
)
def test_issued_document_stays_as_it_is(brand, statement):
    with transaction.atomic():
        issue(make_intent(brand))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (Invoice.objects.get().buyer_name, InvoiceLine.objects.get().description) == ("Ovenly", "Plus, November")


@pytest.mark.django_db
def test_correction_takes_no_more_than_there_was(brand):
    invoice = issue(make_intent(brand))

    def correct(minor, key):
        return issue_credit_note(
            invoice_id=invoice.pk, gross_minor=minor, key=key, actor=None, reason="too much", now=NOW
        )

    note = correct(1_190, "a")
    assert (note.kind, note.corrects_id, note.net_minor, note.number) == ("credit_note", invoice.pk, 1_000, 2)
    assert correct(1_190, "a").pk == note.pk
    with pytest.raises(InvoiceRefused):
        correct(10_711, "b")
    with pytest.raises(InvoiceRefused):
        issue_credit_note(invoice_id=note.pk, gross_minor=1, key="c", actor=None, reason="", now=NOW)
    assert Invoice.objects.count() == 2
