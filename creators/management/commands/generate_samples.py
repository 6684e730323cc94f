"""``manage.py generate_samples --out DIR``: write the sample data as files."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from creators.samples.generator import generate_samples, write_lines
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Write sample interactions (interactions.jsonl), creators and questions; one seed gives the same bytes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder to write to")
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        samples = generate_samples(seed=options["seed"])
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        creators = [
            {name: getattr(creator, name) for name in ("handle", "display_name", "country", "timezone")}
            for creator in samples.creators
        ]
        (folder / "interactions.jsonl").write_bytes(write_lines(samples.items))
        (folder / "creators.json").write_bytes(orjson.dumps(creators, option=orjson.OPT_INDENT_2))
        questions = [asdict(question) for question in samples.questions]
        (folder / "questions.json").write_bytes(orjson.dumps(questions, option=orjson.OPT_INDENT_2))
        self.stdout.write(f"{len(samples.items):,} interactions of {len(creators)} creators in {folder}.")
