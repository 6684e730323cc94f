"""``manage.py replay_formation --creator HANDLE``: form memories again from the event log, and say what differed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from creators.models import Creator
from memory.services.replay import ReplayResult, replay_formation
from veri.platform.ops.commands import OperatorCommand

SHOWN = 10


class Command(OperatorCommand):
    help = (
        "Form a creator's memories again from the recorded interactions and the signals of language models, compare "
        "them with those stored, and store what differed. No model is asked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--creator", required=True, help="the creator's handle")
        parser.add_argument("--dry-run", action="store_true", help="only say what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        handle = options["creator"].removeprefix("@").lower()
        found = Creator.objects.filter(handle=handle).values_list("pk", flat=True).first()
        if found is None:
            raise CommandError(f"There is no creator @{handle}.")
        result = replay_formation(creator_id=found, now=timezone.now(), is_dry_run=options["dry_run"])
        self._report(result, is_dry_run=options["dry_run"])

    def _report(self, result: ReplayResult, *, is_dry_run: bool) -> None:
        read = f"{result.interactions:,} interactions give {result.memories:,} memories"
        if result.is_same:
            self.stdout.write(f"{read}: the same as stored.")
            return
        done = "nothing was changed" if is_dry_run else "the stored ones were brought in line"
        self.stdout.write(f"{read}; what is stored differed, {done}:")
        for name in ("missing", "surplus", "different"):
            hashes = getattr(result, name)
            if hashes:
                self.stdout.write(f"  {len(hashes):,} {name}: {', '.join(hashes[:SHOWN])}")
