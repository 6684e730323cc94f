"""An invoice as PDF."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from billing.models import Invoice, InvoiceLine
from billing.money import Money
from billing.pdf import FAMILY, open_document, show_characters

_WIDTHS = (80, 20, 35, 35)  # millimetres


def render_pdf(*, invoice: Invoice, lines: Sequence[InvoiceLine]) -> bytes:
    """Return the document. The same document gives the same bytes: its instants are those of its issue."""
    pdf = open_document(title=invoice.label, footer=invoice.label, made_at=invoice.issued_at)
    pdf.add_page()
    pdf.set_font(FAMILY, size=16)
    title = f"{invoice.get_kind_display()} {invoice.label}"
    pdf.cell(0, 10, show_characters(title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(FAMILY, size=10)
    for text in _list_head(invoice):
        pdf.multi_cell(0, 6, show_characters(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    _write_row(pdf, ("Description", "Quantity", "Net", "Tax"))
    for line in lines:
        net, tax = _format(line.net_minor, invoice), _format(line.tax_minor, invoice)
        rate = f"{line.tax_basis_points / 100:g} %"
        _write_row(pdf, (line.description[:50], str(line.quantity), net, f"{tax} ({rate})"))
    pdf.ln(2)
    for label, minor in (("Net", invoice.net_minor), ("Tax", invoice.tax_minor), ("Total", invoice.total_minor)):
        _write_row(pdf, ("", "", label, _format(minor, invoice)))
    return bytes(pdf.output())


def _list_head(invoice: Invoice) -> list[str]:
    seller = (settings.INVOICE_SELLER_NAME, settings.INVOICE_SELLER_TAX_ID, settings.INVOICE_SELLER_ADDRESS)
    buyer = (invoice.buyer_name, invoice.buyer_tax_id, invoice.buyer_address, invoice.buyer_country)
    corrects = [f"Corrects {invoice.corrects.label}"] if invoice.corrects else []
    return [
        f"Issued on {invoice.issued_at:%Y-%m-%d}",
        *corrects,
        f"From: {', '.join(one for one in seller if one)}",
        f"To: {', '.join(one for one in buyer if one)}",
    ]


def _format(minor: int, invoice: Invoice) -> str:
    return str(Money(minor=minor, currency=invoice.currency))


def _write_row(pdf: Any, cells: Sequence[str]) -> None:
    for width, text in zip(_WIDTHS, cells, strict=True):
        pdf.cell(width, 7, show_characters(text))
    pdf.ln(7)
