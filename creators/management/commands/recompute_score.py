"""``manage.py recompute_score``: compute a stored score again from its stored inputs and say whether it is equal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from creators.models import CreatorScore
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Compute a stored score again from its stored inputs; fails when anything comes out otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--score", type=int, required=True, help="the score's id")

    def handle(self, *args: Any, **options: Any) -> None:
        from creators.services.scoring.reproduction import reproduce_score  # loads numpy

        score = CreatorScore.objects.select_related("creator").filter(pk=options["score"]).first()
        if score is None:
            raise CommandError(f"There is no score {options['score']}.")
        try:
            found = reproduce_score(score=score)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if found.differences:
            raise CommandError(f"Score {score.pk} of {score.creator} differs: {', '.join(found.differences)}.")
        self.stdout.write(f"Score {score.pk} of {score.creator} is equal: {score.value} ({score.exact}).")
