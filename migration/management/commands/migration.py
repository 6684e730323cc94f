"""``manage.py migration …``: everything the console does with the migration, from a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from migration.errors import MigrationError
from migration.management.steps import STEPS, Context
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Steer the migration of datasets from PostgreSQL to MongoDB."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        for one in STEPS.values():
            one.add_arguments(steps.add_parser(one.name, help=one.help))

    def handle(self, *_args: Any, **options: Any) -> None:
        from pymongo.errors import PyMongoError  # the driver loads only for this command

        try:
            STEPS[options["step"]].run(Context(options=options, stdout=self.stdout))  # type: ignore[arg-type]  # Django's wrapper writes like a text stream
        except MigrationError as refusal:
            raise CommandError(str(refusal)) from refusal
        except PyMongoError as error:
            raise CommandError(f"MongoDB is away ({type(error).__name__}); nothing is lost, try again.") from error
