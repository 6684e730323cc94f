"""View, sign and seal: a signature names the digest that was shown, and is chained."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.campaign_enums import Action, CollaborationState, ContractEventKind, Side, SignatureMethod
from billing.campaign_errors import ContractOutdated, MoveNotPossible, SignatureRefused
from billing.locks import lock_bindings, lock_collaboration
from billing.models import Collaboration, Contract, ContractEvent, ContractSeal, ContractVersion, Signature
from billing.pdf import render_sealed
from billing.queries.campaigns.parties import Actor
from billing.queries.contracts.verifying import describe_signature
from billing.queries.contracts.versions import get_current_version, list_contract_events, list_signatures
from billing.services.campaigns.binding import bind_creator
from billing.services.campaigns.moving import move_collaboration
from billing.services.contracts.chain import append_contract_event
from creators.errors import SecondFactorRefused, WrongPassword
from creators.models import User
from creators.services.accounts.passwords import confirm_password
from creators.services.accounts.second_factors import verify_second_factor

CONSENT = "I have read this document, agree to it, and sign it electronically."
CONSENT_VERSION = "2026-11"
RECENT = timedelta(minutes=15)
LONGEST_AGENT = 300
BOTH = 2


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """From where somebody acts."""

    ip: str
    user_agent: str = ""

    def describe(self) -> dict[str, str]:
        return {"ip": self.ip, "user_agent": self.user_agent[:LONGEST_AGENT].replace("\0", "")}


@transaction.atomic(durable=True)
def view_contract(*, contract: Contract, actor: Actor, circumstances: Circumstances, now: datetime) -> ContractVersion:
    """Note that somebody was shown the version in force, once for each person and version; return it."""
    stored = _lock(contract)
    version = get_current_version(contract=stored)
    if not _has_seen(stored, version, actor):
        append_contract_event(
            contract=stored, kind=ContractEventKind.VIEWED, version=version, actor=actor,
            facts=circumstances.describe(), now=now,
        )  # fmt: skip
    return version


def prove_signer(*, user: User, password: str, code: str, now: datetime) -> SignatureMethod:
    """Let a signer prove who he is, outside of every transaction; return how he did.

    Raises:
        SignatureRefused: he did not.
    """
    try:
        if user.has_second_factor:
            verify_second_factor(user=user, code=code, now=now)
            return SignatureMethod.SECOND_FACTOR
        if user.has_usable_password():
            confirm_password(user=user, password=password)
            return SignatureMethod.PASSWORD
    except (SecondFactorRefused, WrongPassword) as error:
        what = "The code" if user.has_second_factor else "The password"
        raise SignatureRefused(f"{what} is wrong: a signature needs it once more.") from error
    if user.last_login is not None and now - user.last_login <= RECENT:
        return SignatureMethod.RECENT_SIGN_IN
    raise SignatureRefused("Sign in again: a signature needs a sign-in of the last quarter of an hour.")


@transaction.atomic(durable=True)
def sign_contract(
    *,
    contract: Contract,
    actor: Actor,
    sha256: str,
    method: SignatureMethod,
    circumstances: Circumstances,
    now: datetime,
) -> Signature:
    """Sign the version in force, named by its digest; again returns the first signature of the side.

    The second signature seals the document, binds the creator as agreed and moves the collaboration on.

    Raises:
        ContractOutdated: the digest is not that of the version in force.
        SignatureRefused: the signer has no part in it, has not looked at it, or signed for the other side.
        MoveNotPossible: there is nothing to sign.
    """
    stored = _lock(contract)
    version = get_current_version(contract=stored)
    if sha256.lower() != version.sha256:
        raise ContractOutdated(f"Version {version.number} is in force: look at it and sign that.")
    found = Signature.objects.filter(version=version, side=actor.side).first()
    if found is not None:
        return found
    _check_signer(stored, version, actor)
    signature = _write_signature(version, actor, method, circumstances, now)
    append_contract_event(
        contract=stored, kind=ContractEventKind.SIGNED, version=version, actor=actor,
        facts=describe_signature(signature), now=now,
    )  # fmt: skip
    if Signature.objects.filter(version=version).count() == BOTH:
        _conclude(stored, version, actor, now)
    return signature


def _lock(contract: Contract) -> Contract:
    collaboration = lock_collaboration(collaboration_id=contract.collaboration_id)
    stored = Contract.objects.get(pk=contract.pk)
    stored.collaboration = collaboration
    return stored


def _has_seen(contract: Contract, version: ContractVersion, actor: Actor) -> bool:
    seen = ContractEvent.objects.filter(
        contract=contract, kind=ContractEventKind.VIEWED, version_number=version.number, side=actor.side
    )
    return seen.filter(actor_key=actor.user.pk if actor.user else None).exists()


def _check_signer(contract: Contract, version: ContractVersion, actor: Actor) -> None:
    state = CollaborationState(contract.collaboration.state)
    if state != CollaborationState.CONTRACT_SENT:
        raise MoveNotPossible(f"The collaboration is {state.label.lower()}: there is nothing to sign.")
    if actor.user is None or actor.side not in (Side.BRAND, Side.CREATOR):
        raise SignatureRefused("The brand and the creator sign, nobody for them.")
    if not _has_seen(contract, version, actor):
        raise SignatureRefused("Look at the document first.")
    if Signature.objects.filter(version=version, signer_key=actor.user.pk).exists():
        raise SignatureRefused("Nobody signs for both sides.")


def _write_signature(
    version: ContractVersion, actor: Actor, method: SignatureMethod, circumstances: Circumstances, now: datetime
) -> Signature:
    user = actor.user
    if user is None:
        raise SignatureRefused("A person signs.")
    return Signature.objects.create(
        version=version,
        side=actor.side,
        signer=user,
        signer_key=user.pk,
        signer_name=(user.get_full_name() or user.get_username())[:150],
        sha256=version.sha256,
        consent=CONSENT,
        consent_version=CONSENT_VERSION,
        method=method,
        signed_at=now,
        **circumstances.describe(),
    )


def _conclude(contract: Contract, version: ContractVersion, actor: Actor, now: datetime) -> None:
    collaboration = contract.collaboration
    if collaboration.creator_id is not None:
        lock_bindings(creator_id=collaboration.creator_id)
    move_collaboration(
        collaboration=collaboration, action=Action.SIGN, actor=actor, facts={"contract": contract.pk,
        "version": version.number, "sha256": version.sha256}, now=now,
    )  # fmt: skip
    _seal(contract, version, actor, now)
    bind_creator(collaboration=collaboration, actor=actor, now=now)
    _go_on(collaboration, now)


def _go_on(collaboration: Collaboration, now: datetime) -> None:
    """Take the next step at once where the fee is held already."""
    from billing.services.campaigns.funding import allocate_funds  # it moves what was signed

    allocate_funds(campaign=collaboration.campaign, now=now)


def _seal(contract: Contract, version: ContractVersion, actor: Actor, now: datetime) -> None:
    """Keep a copy with the certificate behind the document; the signed document itself stays as it is."""
    title = f"Contract {contract.pk}, version {version.number}"
    certificate = build_certificate(contract=contract, version=version)
    pdf = render_sealed(
        parts=[(title, version.text), ("Certificate of signatures", certificate)],
        footer=f"Document SHA-256 {version.sha256}",
        made_at=now,
    )
    seal = ContractSeal.objects.create(version=version, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), sealed_at=now)
    append_contract_event(
        contract=contract, kind=ContractEventKind.SEALED, version=version, actor=actor,
        facts={"sealed_sha256": seal.sha256}, now=now,
    )  # fmt: skip


def build_certificate(*, contract: Contract, version: ContractVersion) -> str:
    """Return the certificate's text: the digests, each signature, and the chain up to it. Instants are in UTC."""
    lines = [
        f"Document SHA-256: {version.sha256}",
        f"Text SHA-256: {version.text_sha256}",
        "",
        "Signatures",
    ]
    for one in list_signatures(version=version):
        lines += [
            f"{Side(one.side).label}: {one.signer_name}, {_show(one.signed_at)}",
            f"  {SignatureMethod(one.method).label}; from {one.ip}, {one.user_agent or 'no user agent'}",
            f'  "{one.consent}" ({one.consent_version})',
        ]
    lines += ["", "Events"]
    for event in list_contract_events(contract=contract):
        what = (
            f"{ContractEventKind(event.kind).label}, version {event.version_number}, {Side(event.side).label.lower()}"
        )
        lines += [f"{event.number}. {what}, {_show(event.at)}", f"    {event.hash}"]
    return "\n".join(lines)


def _show(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S} UTC"
