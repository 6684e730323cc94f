"""``manage.py evaluate_retrieval FILE.jsonl``: how much of the evidence do questions find?"""

import json
import logging
from argparse import ArgumentParser
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from memory.services.evaluation import Evaluation, EvaluationFileInvalid, evaluate_retrieval, read_evaluation_file
from migration.queries.routes import Store
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = (
        "Measure retrieval on a file of interactions and questions with known evidence. The interactions are ingested "
        "as throw-away creators, which are removed again. Vectors are used where the flag HYBRID_SEARCH is on (with "
        "READ_FROM_MONGO and USE_MONGO, which it needs): switch it in the console, or give all three as environment "
        "variables. Each run is kept and shown in the console; what a killed one left is removed by the next."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a .jsonl file")
        parser.add_argument("--store", choices=[one.value for one in Store], help="default: the routed one")
        parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures to a file")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("django_structlog").setLevel(logging.WARNING)  # a line per event would hide the figures
        try:
            written = options["file"].read_bytes()
            file = read_evaluation_file(lines=written.splitlines())
            found = evaluate_retrieval(
                file=file,
                name=options["file"].name,
                digest=blake2b(written, digest_size=16).hexdigest(),
                store=Store(options["store"]) if options["store"] else None,
                clock=timezone.now,
                on_creator=self._tell,
            )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except EvaluationFileInvalid as error:
            raise CommandError(str(error)) from error
        self._report(found, dropped=file.dropped)
        if options["json"]:
            options["json"].write_text(json.dumps(found.to_json(), indent=2) + "\n")

    def _tell(self, handle: str) -> None:
        self.stderr.write(f"{handle} …")

    def _report(self, found: Evaluation, *, dropped: int) -> None:
        width = max(len(name) for name in ("overall", *found.by_category))
        self.stdout.write(" " * width + "".join(f"{name:>13}" for name in found.overall))
        for name, measures in {"overall": found.overall, **found.by_category}.items():
            self.stdout.write(f"{name:{width}}" + "".join(f"{value:13.1f}" for value in measures.values()))
        self.stdout.write(
            f"{'95 %':{width}}" + "".join(f"{f'{low:.1f}-{high:.1f}':>13}" for low, high in found.interval.values())
        )
        for name, share in found.right_answers.items():
            self.stdout.write(f"{name}: {share:.1f} % answered right without a language model.")
        if found.bait_answered:
            self.stdout.write(f"{found.bait_answered:,} questions about others were answered.")
        latencies = ", ".join(f"{name} {value:.1f} ms" for name, value in found.latency_ms.items())
        self.stdout.write(f"{found.questions:,} questions, {dropped:,} without evidence left out; {latencies}.")
