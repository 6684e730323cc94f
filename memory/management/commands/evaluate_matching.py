"""``manage.py evaluate_matching``: how good matches were, by what brands decided on them."""

from argparse import ArgumentParser
from typing import Any

from memory.queries.matches import measure_matches
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Print NDCG@10 over the newest decided matches (hired 3, invited 2, saved 1, rejected 0)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--newest", type=int, default=1_000, help="how many matches at most (default: 1000)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = measure_matches(newest=options["newest"])
        if found.ndcg is None:
            self.stdout.write("No match has a decision worth anything yet.")
            return
        share = f"{100 * (found.newcomer_share or 0):.1f} %"
        self.stdout.write(
            f"NDCG@10 {found.ndcg:.4f} over {found.matches} matches and {found.decisions} decisions; "
            f"newcomers in {share} of the slots."
        )
