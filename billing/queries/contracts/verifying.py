"""Whether a contract is what was signed: digests, chain and signatures read anew."""

import hashlib
from dataclasses import dataclass

from billing.campaign_enums import ContractEventKind
from billing.contract_chain import find_chain_problems
from billing.contract_text import compute_text_digest
from billing.models import Contract, ContractEvent, ContractSeal, ContractVersion, Signature
from billing.queries.contracts.versions import list_contract_events


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found; ``problems`` is empty for a contract that is intact."""

    contract_id: int
    versions: int
    events: int
    signatures: int
    chain_hash: str
    problems: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        return not self.problems


def verify_contract(*, contract: Contract) -> Verification:
    """Compute every digest again and compare it with what was stored, chained and signed."""
    versions = list(ContractVersion.objects.filter(contract=contract).order_by("number"))
    events = list_contract_events(contract=contract)
    signatures = list(Signature.objects.filter(version__contract=contract).select_related("version"))
    problems = [problem for one in versions for problem in _check_version(one, events)]
    problems += find_chain_problems(events)
    problems += [problem for one in signatures for problem in _check_signature(one, events)]
    seals = ContractSeal.objects.filter(version__contract=contract).select_related("version")
    problems += [
        f"the sealed copy of version {one.version.number} was changed"
        for one in seals
        if hashlib.sha256(bytes(one.pdf)).hexdigest() != one.sha256
    ]
    return Verification(
        contract_id=contract.pk,
        versions=len(versions),
        events=len(events),
        signatures=len(signatures),
        chain_hash=events[-1].hash if events else "",
        problems=tuple(problems),
    )


def is_known_document(*, sha256: str) -> bool:
    """Tell whether a document of this digest was made or sealed here; nothing else about it."""
    wanted = sha256.lower()
    is_version = ContractVersion.objects.filter(sha256=wanted).exists()
    return is_version or ContractSeal.objects.filter(sha256=wanted).exists()


def _check_version(version: ContractVersion, events: list[ContractEvent]) -> list[str]:
    problems = []
    if hashlib.sha256(bytes(version.pdf)).hexdigest() != version.sha256:
        problems.append(f"the document of version {version.number} was changed")
    if compute_text_digest(version.text) != version.text_sha256:
        problems.append(f"the text of version {version.number} was changed")
    told = {one.sha256 for one in events if one.version_number == version.number}
    if told != {version.sha256}:
        problems.append(f"the chain tells of another document as version {version.number}")
    return problems


def _check_signature(signature: Signature, events: list[ContractEvent]) -> list[str]:
    number, problems = signature.version.number, []
    if signature.sha256 != signature.version.sha256:
        problems.append(f"a signature of version {number} names another document")
    chained = [
        one.facts
        for one in events
        if (one.kind, one.version_number, one.side) == (ContractEventKind.SIGNED, number, signature.side)
    ]
    expected = describe_signature(signature)
    if chained != [expected]:
        problems.append(f"the signature of the {signature.side} under version {number} is not the chained one")
    return problems


def describe_signature(signature: Signature) -> dict[str, str]:
    """Return what the chain keeps of a signature."""
    return {
        "name": signature.signer_name,
        "consent": signature.consent,
        "consent_version": signature.consent_version,
        "method": str(signature.method),
        "ip": str(signature.ip),
        "user_agent": signature.user_agent,
    }
