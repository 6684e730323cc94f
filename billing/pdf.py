"""Documents from texts: the same text gives the same bytes, on every machine and at every hour.

The font lies beside the code, and the document's date is the contract's. A character the font lacks is shown by its
code point, so that nobody signs a blank; the text itself is kept and hashed as it is.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

_FONT = Path(__file__).parent / "data" / "NotoSans-Regular.ttf"
FAMILY = "NotoSans"
_MARGIN, _LINE = 20, 5.2
_CONTROL = {"\n", "\t"}


def render_document(*, title: str, text: str, footer: str, made_at: datetime) -> bytes:
    """Return a PDF of a text: title, paragraphs, a footer with the page on each page."""
    document = open_document(title=title, footer=footer, made_at=made_at)
    _write(document, title, text)
    return bytes(document.output())


def render_sealed(*, parts: Sequence[tuple[str, str]], footer: str, made_at: datetime) -> bytes:
    """Return a PDF of several titled texts, each beginning on a page of its own."""
    document = open_document(title=parts[0][0], footer=footer, made_at=made_at)
    for title, text in parts:
        _write(document, title, text)
    return bytes(document.output())


def show_characters(text: str) -> str:
    """Return a text in which every character the font lacks, or that steers layout, stands by its code point."""
    known = _list_known()
    return "".join(one if one in _CONTROL or ord(one) in known else f"[U+{ord(one):04X}]" for one in text)


def open_document(*, title: str, footer: str, made_at: datetime) -> Any:
    """Return a document of fpdf2 without pages: A4, in ``FAMILY``, dated, a footer with the page on each page."""
    from fpdf import FPDF  # loads slowly, and only where documents are made

    class Document(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_font(FAMILY, size=7)
            self.cell(0, 5, f"{show_characters(footer)}  ·  {self.page_no()}", align="C")

    document = Document(format="A4")
    document.set_creation_date(made_at)
    document.set_title(show_characters(title))
    document.set_producer("Veri")
    document.set_margin(_MARGIN)
    document.set_auto_page_break(auto=True, margin=_MARGIN)
    document.add_font(FAMILY, fname=_FONT)
    return document


def _write(document: Any, title: str, text: str) -> None:
    document.add_page()
    document.set_font(FAMILY, size=15)
    document.multi_cell(0, 8, show_characters(title), new_x="LMARGIN", new_y="NEXT")
    document.ln(3)
    document.set_font(FAMILY, size=10)
    document.multi_cell(0, _LINE, show_characters(text).replace("\t", "    "), new_x="LMARGIN", new_y="NEXT")


@cache
def _list_known() -> frozenset[int]:
    """Return the code points the font has a glyph for, without those that have no shape or turn the text around."""
    from fontTools.ttLib import TTFont  # same

    with TTFont(_FONT, lazy=True) as font:
        found = set(font.getBestCmap())
    unseen = {*range(0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)}
    return frozenset(found - unseen - {0xFEFF, 0xAD})
