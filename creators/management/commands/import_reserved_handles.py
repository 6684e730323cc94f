"""``manage.py import_reserved_handles FILE``: words nobody may take as a handle; can be repeated."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from creators.errors import ReservedFileRejected
from creators.services.handles.reserved import import_reserved_words, read_reserved_words
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Reserve the words of a file: CSV with the columns kind, word and reason, or a word a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--reason", default="imported from a file")

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            words = read_reserved_words(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ReservedFileRejected) as error:
            raise CommandError(str(error)) from error
        done = import_reserved_words(
            words=words, source=file.name[:60], actor="command line", reason=options["reason"], now=timezone.now()
        )
        self.stdout.write(f"{done.added} reserved, {done.known} known before.")
