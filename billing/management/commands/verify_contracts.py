"""Compute every digest, chain and signature of contracts again."""

import argparse
from typing import Any

from django.core.management.base import CommandError

from billing.models import Contract
from billing.queries.contracts.verifying import verify_contract
from veri.platform.ops.commands import OperatorCommand


class Command(OperatorCommand):
    help = "Verify contracts: documents, texts, signatures, seals and the chain of events. Exits with 1 at a problem."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--contract", type=int, help="One contract's id; by default all.")

    def handle(self, *_args: Any, **options: Any) -> None:
        rows = Contract.objects.order_by("pk")
        if options["contract"] is not None:
            rows = rows.filter(pk=options["contract"])
        checked, broken, events = 0, 0, 0
        for contract in rows.iterator(chunk_size=100):
            found = verify_contract(contract=contract)
            checked, broken, events = checked + 1, broken + (not found.is_intact), events + found.events
            for problem in found.problems:
                self.stderr.write(f"contract {contract.pk}: {problem}")
        self.stdout.write(f"{checked} contracts, {events} events: {broken} with problems.")
        if broken:
            raise CommandError("Contracts were changed underneath.")
