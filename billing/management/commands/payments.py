"""Work on payments by hand: ask providers for what changed, send refunds that wait, open one checkout."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from billing.services.payments.polling import poll_providers
from billing.services.payments.sending import open_checkout, send_due_refunds
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["poll", "send_refunds", "open_checkout"])
        parser.add_argument("--intent", type=int, default=0, help="the id of the intent whose checkout is opened")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["action"] == "poll":
            self.stdout.write(f"{poll_providers(now=now)} payments read.")
        elif options["action"] == "send_refunds":
            self.stdout.write(f"{send_due_refunds(now=now)} refunds done.")
        else:
            self.stdout.write(open_checkout(intent_id=options["intent"], now=now).checkout_url)
