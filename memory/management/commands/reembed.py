"""``manage.py reembed``: change who makes embeddings, step by step."""

import getpass
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from creators.models import Creator
from memory.clients.embeddings import EmbeddingFailed
from memory.enums import EmbeddingProvider
from memory.errors import ReembeddingRefused
from memory.services import reembedding
from veri.platform.ops.commands import OperatorCommand

SLICE_SECONDS = 5.0
PAUSE_SECONDS = 1.0


class Command(OperatorCommand):
    help = (
        "Give everything that is indexed a vector of another provider (--to), search those (--switch), remove the old"
        " ones (--drop), or give up (--cancel). --to goes on where it was left and may be stopped at any time; the"
        " workers go on with it too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        step = parser.add_mutually_exclusive_group(required=True)
        step.add_argument("--to", choices=EmbeddingProvider.values, help="start, or go on, and embed until all is done")
        step.add_argument("--switch", action="store_true", help="search the new vectors; refused until all are there")
        step.add_argument("--drop", action="store_true", help="remove the vectors that were switched away from")
        step.add_argument("--cancel", action="store_true", help="give up and remove the new vectors")
        parser.add_argument("--creator", metavar="HANDLE", help="with --to: this creator first, and no other now")
        parser.add_argument("--reason", default="", help="kept in the audit trail; needed but to go on")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {"actor": f"shell:{getpass.getuser()}", "reason": options["reason"], "now": timezone.now()}
        try:
            self.stdout.write(self._take_step(options, asked))
        except ReembeddingRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except EmbeddingFailed as failure:
            raise CommandError(f"{failure} What was made is stored; run this again.") from failure

    def _take_step(self, options: dict[str, Any], asked: dict[str, Any]) -> str:
        if options["switch"]:
            run = reembedding.switch_provider(**asked)
            return f"{run.get_target_display()} is searched; every process follows within two seconds."
        if options["drop"]:
            return f"The vectors of {', '.join(reembedding.drop_old_vectors(**asked))} are removed."
        if options["cancel"]:
            return f"The change to {reembedding.cancel_reembedding(**asked).get_target_display()} is given up."
        return self._embed(EmbeddingProvider(options["to"]), options["creator"], asked)

    def _embed(self, target: EmbeddingProvider, handle: str | None, asked: dict[str, Any]) -> str:
        creator_id = _find_creator(handle) if handle else None
        run = reembedding.get_running()
        if run is None or run.target != target:
            reembedding.start_reembedding(target=target, **asked)
        made, before = 0, -1
        while made != before or self._rests():
            before = made
            made += reembedding.continue_reembedding(clock=timezone.now, seconds=SLICE_SECONDS, creator_id=creator_id)
            self.stderr.write(f"{made:,} vectors …")
        return f"{made:,} vectors of {target.label} made. When all are there: manage.py reembed --switch --reason …"

    def _rests(self) -> bool:
        """Wait a moment while the relay catches up; return whether it does."""
        run = reembedding.get_running()
        if run is None or not run.waiting_because:
            return False
        self.stderr.write(run.waiting_because)
        time.sleep(PAUSE_SECONDS)
        return True


def _find_creator(handle: str) -> int:
    creator = Creator.objects.filter(handle=handle.removeprefix("@").lower()).first()
    if creator is None:
        raise CommandError(f"There is no creator {handle}.")
    return int(creator.pk)
