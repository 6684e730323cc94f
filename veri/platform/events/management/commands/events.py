"""``manage.py events status|replay``: how far subscribers have come, and bringing events to one of them again."""

from argparse import ArgumentParser
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from veri.platform.events.models import Delivery, Event
from veri.platform.events.registry import list_subscriber_names
from veri.platform.events.services import replay_events
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Show subscribers' progress, or replay events to a subscriber from any point."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("status", help="deliveries by subscriber and state, latest event delivered")
        replay = steps.add_parser("replay", help="deliver events again; subscribers are idempotent")
        replay.add_argument("subscriber", choices=list_subscriber_names())
        replay.add_argument(
            "--from", dest="from_event", type=int, default=1, metavar="EVENT", help="default: the first"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["step"] == "status":
            self._show_status()
            return
        now = timezone.now()
        count = replay_events(subscriber=options["subscriber"], from_event=options["from_event"], now=now)
        self.stdout.write(f"{count} events are due again for {options['subscriber']}; the sweep hands them over.")

    def _show_status(self) -> None:
        self.stdout.write(f"events: {Event.objects.count()}")
        rows = (
            Delivery.objects.values_list("subscriber", "state")
            .annotate(Count("pk"), Max("event"))
            .order_by("subscriber")
        )
        for subscriber, state, count, latest in rows:
            self.stdout.write(f"{subscriber}: {count} {state}, up to event {latest}")
