"""``backup create|verify|restore``: any failure is one clear line and exit code 1."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import Error
from django.utils import timezone

from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Back up PostgreSQL, MongoDB and files; prove a backup by loading it; put one back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["create", "verify", "restore"])
        parser.add_argument("name", nargs="?", default="", help="the backup; the newest when left out")
        parser.add_argument("--to", dest="parent", help="the folder of backups instead of the configured one")
        parser.add_argument("--yes", action="store_true", help="restore: really replace the stores' contents")
        parser.add_argument("--force", action="store_true", help="restore: even when the stores hold data")

    def handle(self, *args: Any, **options: Any) -> None:
        from veri.platform.ops.backup import services  # drivers load on first use
        from veri.platform.ops.errors import BackupFailed

        if options["action"] == "create" and options["name"]:
            raise CommandError("create chooses the name itself")
        if options["action"] == "restore" and not options["yes"]:
            raise CommandError("restore replaces what the stores hold: repeat with --yes")
        chosen: dict[str, Any] = {
            "now": timezone.now(),
            "parent": Path(options["parent"]) if options["parent"] else None,
        }
        if options["action"] != "create":
            chosen["name"] = options["name"]
        if options["action"] == "restore":
            chosen["force"] = options["force"]
        try:
            run = getattr(services, f"{options['action']}_backup")(**chosen)
        except (BackupFailed, Error) as failure:
            raise CommandError(str(failure)) from failure
        self._report(run)
        if options["action"] == "restore":
            from veri.platform.ops.privacy.restored import run_after_restore  # apps are loaded by now

            count = run_after_restore(now=timezone.now())
            self.stdout.write(f"{count} erasures from after this backup were asked for again")

    def _report(self, run: Any) -> None:
        rows = sum(run.detail["tables"].values())
        documents = sum(run.detail["collections"].values())
        self.stdout.write(
            f"{run.kind} {run.name}: {rows} rows in {len(run.detail['tables'])} tables,"
            f" {documents} documents in {len(run.detail['collections'])} collections, {run.detail['files']} files"
        )
