"""Check the ledger, or correct cached balances that are wrong, with a reason."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from billing.queries.ledger.checks import list_wrong_balances
from billing.services.ledger.checking import check_ledger, correct_balances
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check", "correct"])
        parser.add_argument("--reason", default="", help="why balances are corrected; kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["action"] == "correct":
            if not options["reason"]:
                raise CommandError("Give a --reason.")
            keys = [one.account_id for one in list_wrong_balances()]
            done = correct_balances(account_ids=keys, actor="manage.py ledger", reason=options["reason"], now=now)
            self.stdout.write(f"{done} balances corrected.")
            return
        wrong, unbacked = check_ledger(now=now)
        for balance in wrong:
            self.stdout.write(f"{balance.key}: {balance.cached}, by its postings {balance.computed}")
        for backing in unbacked:
            self.stdout.write(f"{backing}")
        if wrong or unbacked:
            raise CommandError("The ledger does not agree.")
        self.stdout.write("The ledger agrees.")
