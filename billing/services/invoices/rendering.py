"""A document as PDF, by fpdf2 with its built-in fonts."""

from collections.abc import Sequence

from django.conf import settings

from billing.models import Invoice, InvoiceLine
from billing.money import Money

_WIDTHS = (90, 20, 40, 40)


def render_pdf(*, invoice: Invoice, lines: Sequence[InvoiceLine]) -> bytes:
    """Return the document. The same document gives the same bytes: its instants are those of its issue.

    The built-in fonts know Latin 1; other letters are shown as question marks, and are whole in the CSV and the API.
    """
    from fpdf import FPDF  # loads on first use: a third of a second

    pdf = FPDF()
    pdf.set_creation_date(invoice.issued_at)
    pdf.set_title(invoice.label)
    pdf.add_page()
    pdf.set_font("Helvetica", style="B", size=16)
    pdf.cell(0, 10, _clean(f"{invoice.get_kind_display()} {invoice.label}"), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=10)
    for text in _list_head(invoice):
        pdf.cell(0, 6, _clean(text), new_x="LMARGIN", new_y="NEXT")
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


def _clean(text: str) -> str:
    return text.encode("latin-1", errors="replace").decode("latin-1")


def _write_row(pdf: "FPDF", cells: Sequence[str]) -> None:  # type: ignore[name-defined]  # noqa: F821  imported on use
    for width, text in zip(_WIDTHS, cells, strict=True):
        pdf.cell(width, 7, _clean(text))
    pdf.ln(7)
