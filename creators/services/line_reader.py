"""Lines of a binary stream in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_LINE_BYTES = 4 * 1024 * 1024
KEPT_BYTES = 8_000  # of a line too long to hold: enough for its first 2,000 characters


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; ``end`` is the stream's offset after it. Of a line too long only the start is kept."""

    number: int
    end: int
    data: bytes
    is_too_long: bool = False


def read_lines(*, stream: BinaryIO, offset: int = 0, number: int = 0) -> Iterator[Line]:
    """Yield lines from the stream's present place; ``offset`` and ``number`` say where that is."""
    while data := stream.readline(MAX_LINE_BYTES + 1):
        offset += len(data)
        number += 1
        if len(data) <= MAX_LINE_BYTES or data.endswith(b"\n"):
            yield Line(number, offset, data.rstrip(b"\r\n"))
        else:
            offset += _skip_rest(stream)
            yield Line(number, offset, data[:KEPT_BYTES], is_too_long=True)


def _skip_rest(stream: BinaryIO) -> int:
    """Read on to the line's end, a piece at a time; return the bytes passed over."""
    skipped = 0
    while piece := stream.readline(MAX_LINE_BYTES):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped
