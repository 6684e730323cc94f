"""``manage.py privacy process|replay``: go on with requests; erase again who came back with a backup."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from creators.services.privacy.processing import process_due_requests
from creators.services.privacy.restoring import replay_erasures
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Go on with privacy requests that are due, or ask again for erasures after a database was put back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("process", help="take the steps of the requests that are due")
        steps.add_parser("replay", help="erase everybody in the database again who was erased before")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["step"] == "process":
            self.stdout.write(f"{process_due_requests(now=now)} requests are done")
        else:
            self.stdout.write(f"{replay_erasures(now=now)} erasures were asked for again")
