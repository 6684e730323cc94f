"""``manage.py learning_report``: do answers get better, week by week?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from creators.models import Creator
from memory.queries.learning_report import LearningWeek, list_learning_weeks
from veri.platform.ops.commands import OperatorCommand

MOST_WEEKS = 260


class Command(OperatorCommand):
    help = (
        "Say week by week how many questions were asked, how many answers were judged useful (with a 95 %% interval), "
        "how many were degraded, how much they cite, what stored questions find, and what was learnt."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=12, help=f"1 to {MOST_WEEKS} (default: 12)")
        parser.add_argument("--creator", help="the creator's handle; default: all")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["weeks"] <= MOST_WEEKS:
            raise CommandError(f"--weeks must be from 1 to {MOST_WEEKS}.")
        creator_id = _find_creator(options["creator"]) if options["creator"] else None
        weeks = list_learning_weeks(now=timezone.now(), weeks=options["weeks"], creator_id=creator_id)
        if not weeks:
            self.stdout.write("Nothing was asked in this time.")
            return
        self.stdout.write(
            "week        questions  useful (95 %)                degraded  citations  R@10 stored     learnt"
        )
        for one in weeks:
            self.stdout.write(_describe(one))


def _find_creator(handle: str) -> int:
    found = Creator.objects.filter(handle=handle.removeprefix("@").lower()).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"There is no creator {handle}.")
    return found


def _describe(one: LearningWeek) -> str:
    useful = "nobody judged"
    if one.useful_share is not None and one.useful_interval is not None:
        low, high = one.useful_interval
        useful = f"{one.useful} of {one.judged} ({low:.0%}-{high:.0%}){' few' if one.is_few else ''}"
    degraded = "-" if one.degraded_share is None else f"{one.degraded_share:.0%}"
    citations = "-" if one.citations_per_answer is None else f"{one.citations_per_answer:.2f}"
    recall = "-" if one.recall is None else f"{one.recall:.1%} of {one.stored}"
    learnt = f"{one.promoted} promoted, {one.refused} refused"
    return f"{one.week:%Y-%m-%d}  {one.questions:9,}  {useful:27}  {degraded:>8}  {citations:>9}  {recall:14}  {learnt}"
