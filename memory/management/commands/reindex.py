"""``manage.py reindex``: analyse what is indexed anew, after the analysis of texts has changed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from creators.models import Creator
from memory.services.reindexing import reindex_creator
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = (
        "Analyse indexed memories and interactions anew, creator by creator, while everything runs. Needed once after "
        "an update that raises the version of the text analysis; MongoDB follows by verification and repair."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--creator", help="the creator's handle; default: all")

    def handle(self, *args: Any, **options: Any) -> None:
        creators = Creator.objects.order_by("pk")
        if options["creator"]:
            creators = creators.filter(handle=options["creator"].removeprefix("@").lower())
        found = list(creators.values_list("pk", "handle"))
        if options["creator"] and not found:
            raise CommandError(f"There is no creator {options['creator']}.")
        for pk, handle in found:
            count = reindex_creator(creator_id=pk, now=timezone.now())
            self.stdout.write(f"@{handle}: {count:,} documents.")
