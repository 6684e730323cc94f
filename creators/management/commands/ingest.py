"""``manage.py ingest FILE.jsonl``: ingest interactions from a file of JSON lines, or from stdin."""

import logging
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from tqdm import tqdm

from creators.services.file_ingest import FileIngest
from creators.services.file_progress import Progress, ProgressFile
from creators.services.line_reader import read_lines
from creators.services.reject_file import RejectFile
from creators.services.validation import read_handle
from veri.platform.events.services import wait_for_deliveries
from veri.platform.ops.commands import OperatorCommand

INTERRUPTED = 130
MAX_BATCH = 1000


class Command(OperatorCommand):
    help = (
        "Ingest interactions from JSON lines; an interrupted run goes on where it stopped. Exit 1 if any line is bad."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a .jsonl file, or - for stdin")
        parser.add_argument("--creator", default="", help="handle for lines that name no creator")
        parser.add_argument("--create-creators", action="store_true", help="create creators that lines name")
        parser.add_argument("--rejects", type=Path, help="where bad lines go (default: FILE.rejects.jsonl)")
        parser.add_argument("--batch", type=int, default=1000, help="lines per transaction, 1 to 1000")
        parser.add_argument("--restart", action="store_true", help="start from the first line")
        parser.add_argument(
            "--wait", type=int, default=0, metavar="SECONDS", help="wait until running workers have formed memories"
        )
        parser.add_argument("--no-progress", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["batch"] <= MAX_BATCH:
            raise CommandError(f"--batch must be from 1 to {MAX_BATCH}.")
        logging.getLogger("django_structlog").setLevel(logging.WARNING)  # a line per event would tear the progress bar
        folder = Path(settings.VAR_DIR) / "ingest"
        if options["file"] == "-":
            path, state = None, None
            rejects_path = options["rejects"] or folder / "stdin.rejects.jsonl"
        else:
            path = Path(options["file"])
            if not path.is_file():
                raise CommandError(f"{path} is not a file.")
            state = ProgressFile(folder=folder, source=path)
            rejects_path = options["rejects"] or path.with_name(f"{path.name}.rejects.jsonl")
        self._run(path=path, state=state, rejects_path=rejects_path, options=options)

    def _run(
        self, *, path: Path | None, state: ProgressFile | None, rejects_path: Path, options: dict[str, Any]
    ) -> None:
        progress = self._load(state, restart=options["restart"])
        with ExitStack() as stack:
            stream: BinaryIO = stack.enter_context(path.open("rb")) if path else sys.stdin.buffer
            if progress.offset:
                stream.seek(progress.offset)
            total = path.stat().st_size if path else None
            bar = stack.enter_context(
                tqdm(
                    total=total,
                    initial=progress.offset,
                    unit="B",
                    unit_scale=True,
                    disable=options["no_progress"] or None,
                )
            )
            rejects = RejectFile(path=rejects_path, size=progress.rejects_size)
            stack.callback(rejects.close)

            def save(reached: Progress) -> None:
                if state:
                    state.save(reached)
                bar.update(reached.offset - bar.n)

            ingest = FileIngest(
                progress=progress,
                rejects=rejects,
                read_clock=timezone.now,
                on_batch=save,
                batch_size=options["batch"],
                creator=read_handle(options["creator"]),
                create_creators=options["create_creators"],
            )
            try:
                ingest.run(lines=read_lines(stream=stream, offset=progress.offset, number=progress.line))
            except KeyboardInterrupt:
                raise CommandError(
                    "Interrupted; run the same command again to go on.", returncode=INTERRUPTED
                ) from None
            except (OperationalError, InterfaceError) as error:
                raise CommandError(f"The database went away; run again to go on. ({error})") from error
        if state:
            state.remove()
        waiting = wait_for_deliveries(seconds=options["wait"])
        if waiting and options["wait"]:
            self.stderr.write(f"{waiting:,} events still wait for a worker.")
        self._report(progress, rejects_path)

    def _load(self, state: ProgressFile | None, *, restart: bool) -> Progress:
        found = None if restart or state is None else state.load()
        if found:
            self.stdout.write(f"Going on after line {found.line:,}.")
        return found or Progress()

    def _report(self, progress: Progress, rejects_path: Path) -> None:
        self.stdout.write(
            f"{progress.line:,} lines: {progress.created:,} created, {progress.duplicates:,} duplicates, "
            f"{progress.rejected:,} rejected."
        )
        if progress.rejected:
            raise CommandError(f"{progress.rejected:,} lines were rejected; see {rejects_path}.", returncode=1)
