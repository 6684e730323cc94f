"""Send a contract for signature, and put a new version in force after a material change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from billing.campaign_enums import Action, ContractEventKind
from billing.campaign_errors import InvalidTerms
from billing.locks import lock_collaboration
from billing.models import Collaboration, Contract, ContractTemplateVersion, ContractVersion
from billing.queries.campaigns.parties import Actor
from billing.queries.contracts.versions import get_current_version
from billing.services.campaigns.moving import move_collaboration
from billing.services.contracts.chain import append_contract_event
from billing.services.contracts.documents import make_version


@transaction.atomic(durable=True)
def send_contract(
    *,
    collaboration: Collaboration,
    actor: Actor,
    now: datetime,
    template: ContractTemplateVersion | None = None,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
) -> ContractVersion:
    """Make the first version of the accepted terms and send it to both sides.

    Raises:
        InvalidTerms: no template, or values that do not fit it.
        MoveNotPossible, MoveNotAllowed, GuardNotMet: see ``move_collaboration``.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    move_collaboration(collaboration=stored, action=Action.SEND_CONTRACT, actor=actor, reason=reason, now=now)
    contract = Contract.objects.create(collaboration=stored, created_at=now)
    version = make_version(contract=contract, template=template or _get_default(), given=values or {}, now=now)
    for kind in (ContractEventKind.MADE, ContractEventKind.SENT):
        append_contract_event(contract=contract, kind=kind, version=version, actor=actor, now=now)
    return version


def renew_contract(*, collaboration: Collaboration, actor: Actor, now: datetime) -> ContractVersion:
    """Make and send the version of changed terms, inside the caller's transaction: earlier signatures count no more."""
    contract = Contract.objects.get(collaboration=collaboration)
    contract.collaboration = collaboration
    former = get_current_version(contract=contract)
    version = make_version(contract=contract, template=former.template_version, given=former.given, now=now)
    append_contract_event(
        contract=contract, kind=ContractEventKind.SUPERSEDED, version=former, actor=actor,
        facts={"by": version.number}, now=now,
    )  # fmt: skip
    for kind in (ContractEventKind.MADE, ContractEventKind.SENT):
        append_contract_event(contract=contract, kind=kind, version=version, actor=actor, now=now)
    return version


def _get_default() -> ContractTemplateVersion:
    versions = ContractTemplateVersion.objects.filter(template__is_default=True)
    found = versions.order_by("-number").first()
    if found is None:
        raise InvalidTerms({"template": "No contract template is in force."})
    return found
