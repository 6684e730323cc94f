"""Ingest JSON lines: batch by batch through the same intake as the API."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from creators.enums import Outcome
from creators.errors import HandleRefused, InvalidCreator
from creators.queries.creators import list_known_handles
from creators.services.creators import create_creator
from creators.services.file_progress import Progress
from creators.services.intake import take_in_items
from creators.services.line_reader import MAX_LINE_BYTES, Line
from creators.services.reject_file import RejectFile
from creators.services.validation import ItemRejected, validate_item
from veri.platform.http.json_input import JsonRejected, parse_strict_json

MAX_BATCH_BYTES = 16 * 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(kw_only=True)
class FileIngest:
    """One run over lines. ``read_clock`` is asked once a batch; ``on_batch`` is told the progress after each commit."""

    progress: Progress
    rejects: RejectFile
    read_clock: Callable[[], datetime]
    on_batch: Callable[[Progress], None]
    batch_size: int = 1000
    creator: str = ""
    create_creators: bool = False
    _lines: list[Line] = field(default_factory=list)
    _items: list[Any] = field(default_factory=list)
    _bytes: int = 0

    def run(self, *, lines: Iterable[Line]) -> Progress:
        """Ingest every line; blank ones count as nothing. Memory is bounded by lines and bytes per batch."""
        for line in lines:
            self._take(line)
            self.progress.line, self.progress.offset = line.number, line.end
            if len(self._items) >= self.batch_size or self._bytes >= MAX_BATCH_BYTES:
                self._finish_batch()
        self._finish_batch()
        return self.progress

    def _take(self, line: Line) -> None:
        data = line.data.removeprefix(_BYTE_ORDER_MARK) if line.number == 1 else line.data
        if line.is_too_long:
            self._reject(line, f"longer than {MAX_LINE_BYTES} bytes")
        elif data.strip():
            self._parse(line, data)

    def _parse(self, line: Line, data: bytes) -> None:
        try:
            item = parse_strict_json(data)
        except JsonRejected as rejected:
            self._reject(line, f"the line {rejected.reason}")
            return
        self._lines.append(line)
        self._items.append(item)
        self._bytes += len(data)

    def _finish_batch(self) -> None:
        """Commit what is gathered, then write rejects, then tell the progress: a crash between repeats, never skips."""
        now = self.read_clock()
        if self.create_creators:
            self._create_missing(now)
        result = take_in_items(items=self._items, acting_user=None, now=now, creator=self.creator)
        for source, item in zip(self._lines, result.items, strict=True):
            if item.outcome == Outcome.REJECTED:
                reasons = (f"{error.field}: {error.reason}".removeprefix(": ") for error in item.errors)
                self._reject(source, "; ".join(reasons))
        self.progress.created += result.count(Outcome.CREATED)
        self.progress.duplicates += result.count(Outcome.DUPLICATE)
        self._lines, self._items, self._bytes = [], [], 0
        self.progress.rejects_size = self.rejects.flush()
        self.on_batch(self.progress)

    def _reject(self, line: Line, reason: str) -> None:
        self.progress.rejected += 1
        self.rejects.write(line=line.number, reason=reason, data=line.data)

    def _create_missing(self, now: datetime) -> None:
        wanted = {handle for item in self._items if (handle := self._read_valid_handle(item, now))}
        for handle in sorted(wanted - list_known_handles(handles=sorted(wanted))):
            try:
                create_creator(handle=handle, owner=None, acting_user=None, now=now, reason="named by an ingested file")
            except (HandleRefused, InvalidCreator):
                continue  # made meanwhile, or refused: its lines are rejected as naming no creator

    def _read_valid_handle(self, item: Any, now: datetime) -> str:
        try:
            return validate_item(item=item, now=now, creator=self.creator).handle
        except ItemRejected:
            return ""
