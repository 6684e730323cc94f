"""Issue documents: number, amounts and PDF in one transaction, under the lock of the issuer's series."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from billing.models import (
    BillingProfile,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    PaymentIntent,
    SubscriptionCharge,
)
from billing.payment_enums import InvoiceKind
from billing.payment_errors import InvoiceRefused
from billing.services.invoices.rendering import render_pdf
from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.services.audit import record_audit


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line by its gross amount, which includes the tax."""

    description: str
    gross_minor: int
    tax_basis_points: int = 0
    quantity: int = 1

    @property
    def net_minor(self) -> int:
        """Return the amount without the tax, rounded half up; net and tax add up to the gross."""
        whole = 10_000 + self.tax_basis_points
        return (2 * self.gross_minor * 10_000 + whole) // (2 * whole)


def issue_for_charge(*, charge: SubscriptionCharge, now: datetime) -> Invoice:
    """Issue the invoice of a paid charge, in the transaction that credited it; once."""
    line = NewLine(
        description=charge.intent.description,
        gross_minor=charge.intent.amount_minor,
        tax_basis_points=charge.version.tax_basis_points,
    )
    return issue_invoice(key=f"charge:{charge.pk}", intent=charge.intent, lines=[line], now=now)


def issue_invoice(*, key: str, intent: PaymentIntent, lines: Sequence[NewLine], now: datetime) -> Invoice:
    """Issue an invoice to whoever an intent is of, in the caller's transaction; the same key returns the first.

    Raises:
        InvoiceRefused: there is nothing to charge.
        TransactionRequired: outside of a transaction.
    """
    found = Invoice.objects.filter(key=key).first()
    if found is not None:
        return found
    profile = _find_profile(intent)
    fallback = (intent.creator.display_name or intent.creator.handle) if intent.creator else str(intent.brand or "")
    draft = Invoice(
        kind=InvoiceKind.INVOICE,
        key=key,
        intent=intent,
        creator_id=intent.creator_id,
        brand_id=intent.brand_id,
        buyer_name=(profile.legal_name if profile else fallback)[:120],
        buyer_tax_id=profile.tax_id if profile else "",
        buyer_address=profile.address if profile else "",
        buyer_country=profile.country if profile else "",
        currency=intent.currency,
    )
    return _issue(draft, lines, now)


@transaction.atomic(durable=True)
def issue_credit_note(
    *, invoice_id: int, gross_minor: int | None, key: str, actor: Any, reason: str, now: datetime
) -> Invoice:
    """Issue a correction of a part of an invoice, or with None of all that is left; the same key returns the first.

    Raises:
        InvoiceRefused: it is no invoice, or less of it is left.
    """
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    found = Invoice.objects.filter(key=f"credit:{invoice.pk}:{key}").first()
    if found is not None:
        return found
    corrected = invoice.corrections.aggregate(total=Sum("total_minor"))["total"] or 0
    if gross_minor is None:
        gross_minor = invoice.total_minor - corrected
    if invoice.kind != InvoiceKind.INVOICE or not 0 < gross_minor <= invoice.total_minor - corrected:
        raise InvoiceRefused("Less of the invoice is left.")
    first = invoice.lines.order_by("position").first()
    line = NewLine(
        description=f"Correction of {invoice.label}: {reason}"[:200],
        gross_minor=gross_minor,
        tax_basis_points=first.tax_basis_points if first else 0,
    )
    copied = ("creator_id", "brand_id", "buyer_name", "buyer_tax_id", "buyer_address", "buyer_country", "currency")
    draft = Invoice(
        kind=InvoiceKind.CREDIT_NOTE,
        key=f"credit:{invoice.pk}:{key}",
        corrects=invoice,
        intent_id=invoice.intent_id,
        **{name: getattr(invoice, name) for name in copied},
    )
    note = _issue(draft, [line], now)
    record_audit(actor=actor, action="invoice.corrected", target=note, reason=reason, now=now)
    return note


def _issue(draft: Invoice, lines: Sequence[NewLine], now: datetime) -> Invoice:
    if not connection.in_atomic_block:
        raise TransactionRequired(what="an invoice")
    if not lines or any(one.gross_minor <= 0 for one in lines):
        raise InvoiceRefused("There is nothing to charge.")
    draft.net_minor = sum(one.net_minor for one in lines)
    draft.total_minor = sum(one.gross_minor for one in lines)
    draft.tax_minor = draft.total_minor - draft.net_minor
    draft.issued_at, draft.issuer, draft.year = now, settings.INVOICE_ISSUER, now.year
    draft.number = _take_number(draft.issuer, draft.year)
    built = [
        InvoiceLine(
            invoice=draft,
            position=position,
            description=one.description[:200],
            quantity=one.quantity,
            net_minor=one.net_minor,
            tax_basis_points=one.tax_basis_points,
            tax_minor=one.gross_minor - one.net_minor,
        )
        for position, one in enumerate(lines, start=1)
    ]
    draft.pdf = render_pdf(invoice=draft, lines=built)
    draft.sha256 = hashlib.sha256(draft.pdf).hexdigest()
    draft.save(force_insert=True)
    InvoiceLine.objects.bulk_create(built)
    return draft


def _take_number(issuer: str, year: int) -> int:
    """Return the next number; rolled back with its transaction, so that none is missing."""
    InvoiceSeries.objects.bulk_create([InvoiceSeries(issuer=issuer, year=year)], ignore_conflicts=True)
    series = InvoiceSeries.objects.select_for_update(no_key=True).get(issuer=issuer, year=year)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return series.last_number


def _find_profile(intent: PaymentIntent) -> BillingProfile | None:
    if intent.creator_id is None and intent.brand_id is None:
        return None
    return BillingProfile.objects.filter(creator=intent.creator_id, brand=intent.brand_id).first()
