"""Reads of contracts and their versions."""

from django.db.models import QuerySet

from billing.models import Contract, ContractEvent, ContractVersion, Signature
from billing.queries.campaigns.parties import list_collaborations
from creators.models import User


def list_contracts(*, acting_user: User) -> QuerySet[Contract]:
    """Return the contracts of the collaborations a user may see."""
    rows = Contract.objects.select_related("collaboration__campaign__brand", "collaboration__creator")
    return rows.filter(collaboration__in=list_collaborations(acting_user=acting_user).values("pk"))


def get_current_version(*, contract: Contract) -> ContractVersion:
    """Return the version in force, the document with it.

    Raises:
        ContractVersion.DoesNotExist: a contract without one, which the services never make.
    """
    return ContractVersion.objects.select_related("template_version", "contract").get(
        contract=contract, number=ContractVersion.objects.filter(contract=contract).count()
    )


def list_signatures(*, version: ContractVersion) -> list[Signature]:
    return list(Signature.objects.filter(version=version).order_by("signed_at", "pk"))


def list_contract_events(*, contract: Contract) -> list[ContractEvent]:
    """Return the chain in order."""
    return list(ContractEvent.objects.filter(contract=contract).order_by("number"))


def count_signed_sides(*, collaboration_id: int) -> int:
    """Return how many sides signed the version in force of a collaboration's contract."""
    versions = ContractVersion.objects.filter(contract__collaboration=collaboration_id)
    latest = versions.order_by("-number").values_list("pk", flat=True).first()
    return Signature.objects.filter(version=latest).count() if latest else 0
