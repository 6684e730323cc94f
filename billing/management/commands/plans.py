"""Publish a version of a plan, or list what is offered."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from billing.errors import InvalidAmount
from billing.money import Money
from billing.queries.plans import list_offered
from billing.services.plans import publish_plan
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list")
        publish = actions.add_parser("publish")
        publish.add_argument("code")
        publish.add_argument("--name", required=True)
        publish.add_argument("--price-minor", type=int, required=True, help="a month, in minor units, with its tax")
        publish.add_argument("--currency", default="USD")
        publish.add_argument("--questions", type=int, default=0, help="questions to the assistant a month")
        publish.add_argument("--trial-days", type=int, default=0)
        publish.add_argument("--tax-basis-points", type=int, default=0, help="1900 is 19 %%")
        publish.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "publish":
            self._publish(options)
        for one in list_offered():
            price = Money(minor=one.price_minor, currency=one.currency)
            terms = f"{price} a month, {one.trial_days} days' trial, {one.quotas}"
            self.stdout.write(f"{one.plan.code} {one.number}: {terms}")

    def _publish(self, options: dict[str, Any]) -> None:
        try:
            publish_plan(
                code=options["code"],
                name=options["name"],
                price_minor=options["price_minor"],
                currency=options["currency"],
                quotas={"assistant": options["questions"]} if options["questions"] else {},
                trial_days=options["trial_days"],
                tax_basis_points=options["tax_basis_points"],
                actor="manage.py plans",
                reason=options["reason"],
                now=timezone.now(),
            )
        except InvalidAmount as error:
            raise CommandError(str(error)) from error
