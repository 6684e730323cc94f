"""Contracts nobody signed go with the person; signed ones are evidence."""

from datetime import datetime

from django.db import connection, transaction

from billing.models import Contract, ContractEvent, ContractVersion, Signature
from veri.platform.ops.privacy import Subject


@transaction.atomic(durable=True)
def remove_unsigned_contracts(*, subject: Subject, now: datetime) -> int:
    """Remove the documents and chains of an erased person's contracts that neither side signed; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL veri.erasing = 'on'")  # what guards the tables asks for it
    signed = Signature.objects.values("version__contract")
    rows = Contract.objects.filter(collaboration__creator__in=subject.creator_ids).exclude(pk__in=signed)
    keys = list(rows.values_list("pk", flat=True))
    ContractEvent.objects.filter(contract__in=keys).delete()
    ContractVersion.objects.filter(contract__in=keys).delete()
    return Contract.objects.filter(pk__in=keys).delete()[0]
