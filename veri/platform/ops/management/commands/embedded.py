"""`manage.py embedded start|stop|status|psql`."""

import dataclasses
import json
import os
from argparse import REMAINDER
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from veri.platform import embedded
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    """Translate the subcommand into one call of the embedded servers' package."""

    help = "Start, stop, show or enter the private PostgreSQL, Redis and MongoDB servers of this checkout."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for action in ("start", "stop"):
            names = actions.add_parser(action)
            names.add_argument("names", nargs="*", metavar="name", help=", ".join(embedded.SERVER_NAMES))
        actions.add_parser("status").add_argument("--json", action="store_true", dest="as_json")
        actions.add_parser("psql").add_argument("psql_arguments", nargs=REMAINDER)

    def handle(self, *_args: object, **options: object) -> None:
        root = Path(settings.EMBEDDED_ROOT)
        names = tuple(_read_names(options.get("names"))) or embedded.SERVER_NAMES
        match options["action"]:
            case "start":
                self._start(root=root, names=names)
            case "stop":
                self.stdout.write(f"stopped: {', '.join(embedded.stop(root=root, names=names)) or 'nothing ran'}")
            case "status":
                self._show_status(root=root, as_json=bool(options["as_json"]))
            case "psql":
                self._enter_psql(root=root, arguments=_read_names(options["psql_arguments"]))

    def _start(self, *, root: Path, names: tuple[str, ...]) -> None:
        try:
            urls = embedded.ensure_started(root=root, names=names)
        except embedded.EmbeddedStartFailed as error:
            raise CommandError(str(error)) from error
        for variable, url in urls.items():
            self.stdout.write(f"{variable}={url}")

    def _show_status(self, *, root: Path, as_json: bool) -> None:
        servers = embedded.status(root=root)
        if as_json:
            self.stdout.write(json.dumps([dataclasses.asdict(server) for server in servers], default=str, indent=2))
            return
        for server in servers:
            state = f"running  pid {server.pid}  {server.url}" if server.running else "stopped"
            self.stdout.write(f"{server.name:<9} {state}")

    def _enter_psql(self, *, root: Path, arguments: list[str]) -> None:
        postgres = next(server for server in embedded.status(root=root) if server.name == "postgres")
        if not postgres.running or postgres.url is None:
            raise CommandError("the embedded PostgreSQL is not running; try `manage.py embedded start`")
        binary = str(embedded.get_postgres_binary(name="psql"))
        os.execv(binary, [binary, postgres.url, *arguments[arguments[:1] == ["--"] :]])  # noqa: S606 - no shell is wanted: psql takes our place


def _read_names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
