"""``manage.py make_creator_eval``: write a synthetic set for ``evaluate_retrieval``."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from memory.services.evaluation.synthetic import HANDLES, generate_creators
from veri.platform.ops.commands import OperatorCommand

FEWEST = 2  # the bait of one creator is another's data


class Command(OperatorCommand):
    help = (
        "Write creators and brands with questions whose answers are known, as JSON lines: what supersedes what, what "
        "held when, several facts, sums over deals, other words, and bait from another creator."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same lines")
        parser.add_argument("--creators", type=int, default=6, help=f"from {FEWEST} to {len(HANDLES)}")
        parser.add_argument("--out", type=Path, help="a file (default: standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not FEWEST <= options["creators"] <= len(HANDLES):
            raise CommandError(f"--creators must be from {FEWEST} to {len(HANDLES)}.")
        lines = generate_creators(seed=options["seed"], creators=options["creators"])
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        if options["out"]:
            options["out"].write_text(text)
        else:
            sys.stdout.write(text)
