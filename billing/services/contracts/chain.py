"""Append links to a contract's chain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing.campaign_enums import ContractEventKind
from billing.contract_chain import FIRST, compute_link
from billing.models import Contract, ContractEvent, ContractVersion
from billing.queries.campaigns.parties import Actor
from veri.platform.events.services import publish_event


def append_contract_event(
    *,
    contract: Contract,
    kind: ContractEventKind,
    version: ContractVersion,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> ContractEvent:
    """Write one link inside the caller's transaction, its campaign locked; publishes ``contract.<kind>``."""
    last = ContractEvent.objects.filter(contract=contract).order_by("-number").first()
    event = ContractEvent(
        contract=contract,
        number=last.number + 1 if last else 1,
        kind=kind,
        version_number=version.number,
        sha256=version.sha256,
        side=actor.side,
        actor=actor.user,
        actor_key=actor.user.pk if actor.user else None,
        facts=dict(facts or {}),
        at=now,
        previous_hash=last.hash if last else FIRST,
    )
    event.hash = compute_link(event)
    event.save(force_insert=True)
    collaboration = contract.collaboration
    publish_event(
        name=f"contract.{kind.value}",
        key=str(collaboration.campaign_id),
        payload={
            "contract": contract.pk,
            "version": version.number,
            "campaign": collaboration.campaign_id,
            "collaboration": collaboration.pk,
            "creator_id": collaboration.creator_id,
        },
    )
    return event
