"""Publication: told by the creator, looked at against the platform's data, verified, rights granted."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.campaign_enums import Action, DeliverableState, Side
from billing.campaign_errors import InvalidTerms, MoveNotAllowed
from billing.models import Deliverable, PublicationProof, UsageRight
from billing.queries.campaigns.parties import CLOCK, Actor
from billing.queries.campaigns.publications import UNREAD_FORMATS, find_content, inspect_publication
from billing.services.campaigns.releasing import plan_milestone
from billing.services.campaigns.standing import lock_deliverable, move_deliverable, require_state
from creators.errors import LinkNotUnderstood
from creators.task_rules import ContentLink, read_link

CHECK_EVERY = timedelta(hours=1)
_PUBLISHED = (DeliverableState.PUBLISHED, DeliverableState.VERIFIED)


@transaction.atomic(durable=True)
def publish_deliverable(*, deliverable: Deliverable, actor: Actor, url: str, now: datetime) -> Deliverable:
    """Say where an approved deliverable was published; said again with the same link it changes nothing.

    The brand's rights of use begin with the local day.

    Raises:
        InvalidTerms: not a link to one item of the platform agreed.
        MoveNotPossible, MoveNotAllowed: it is not approved, or not the creator's to say.
    """
    stored = lock_deliverable(deliverable=deliverable)
    if actor.side != Side.CREATOR:
        raise MoveNotAllowed("This is for the creator.")
    if stored.state in _PUBLISHED and stored.published_url == url:
        return stored
    require_state(stored, DeliverableState.APPROVED, DeliverableState.PUBLISHED)
    link = _read(stored, url)
    creator_id = stored.collaboration.creator_id
    content = find_content(creator_id=creator_id, link=link) if link and creator_id else None
    at = content.published_at if content and content.published_at else now
    changes: dict[str, Any] = {"published_url": url, "published_at": at, "content": content, "next_check_at": now}
    if stored.state == DeliverableState.PUBLISHED:  # the first link was wrong
        Deliverable.objects.filter(pk=stored.pk).update(**changes)
        return Deliverable.objects.get(pk=stored.pk)
    move_deliverable(
        deliverable=stored, target=DeliverableState.PUBLISHED, action=Action.PUBLISH, actor=actor, now=now, **changes
    )
    _grant_rights(stored, now)
    return stored


@transaction.atomic(durable=True)
def verify_publication(
    *, deliverable: Deliverable, actor: Actor, now: datetime, is_forced: bool = False, reason: str = ""
) -> PublicationProof:
    """Look at a publication and keep what was found; verified, its milestone is planned for release.

    Staff may verify with a reason what the platform's data do not show; what no platform tells of is for the brand.

    Raises:
        MoveNotPossible, MoveNotAllowed: it is not published, or it is another's to verify.
    """
    stored = lock_deliverable(deliverable=deliverable)
    if stored.state in (DeliverableState.VERIFIED, DeliverableState.RELEASED):
        return stored.proofs.filter(is_verified=True).latest("pk")
    require_state(stored, DeliverableState.PUBLISHED)
    if is_forced and (actor.side != Side.STAFF or not reason):
        raise MoveNotAllowed("Only staff verify what the platform's data do not show, with a reason.")
    if stored.format in UNREAD_FORMATS and actor.side not in (Side.BRAND, Side.STAFF):
        raise MoveNotAllowed("No platform tells of this: the brand confirms it.")
    return _verify(stored, actor, now, is_forced=is_forced, reason=reason)


@transaction.atomic(durable=True)
def verify_by_clock(*, deliverable: Deliverable, now: datetime) -> bool:
    """Look again at a publication that waits for the platform's data; return whether it is verified now.

    What was found before is not written again.
    """
    stored = lock_deliverable(deliverable=deliverable, waits=False)
    if stored.state != DeliverableState.PUBLISHED or stored.format in UNREAD_FORMATS:
        Deliverable.objects.filter(pk=stored.pk).update(next_check_at=None)
        return False
    finding = inspect_publication(deliverable=stored, link=_read_quietly(stored.published_url))
    last = stored.proofs.order_by("-pk").first()
    if finding.failures and last is not None and tuple(last.failures) == finding.failures:
        Deliverable.objects.filter(pk=stored.pk).update(next_check_at=now + CHECK_EVERY)
        return False
    return _verify(stored, CLOCK, now).is_verified


def _verify(
    deliverable: Deliverable, actor: Actor, now: datetime, *, is_forced: bool = False, reason: str = ""
) -> PublicationProof:
    finding = inspect_publication(deliverable=deliverable, link=_read_quietly(deliverable.published_url))
    is_verified = is_forced or not finding.failures
    proof = PublicationProof.objects.create(
        deliverable=deliverable,
        url=deliverable.published_url,
        content=finding.content,
        figures=finding.figures,
        figures_at=finding.figures_at,
        disclosures=list(finding.disclosures),
        failures=list(finding.failures),
        is_verified=is_verified,
        checked_by=actor.user,
        reason=reason,
        checked_at=now,
    )
    if not is_verified:
        Deliverable.objects.filter(pk=deliverable.pk).update(next_check_at=now + CHECK_EVERY)
        return proof
    _pass(deliverable, proof, actor, now)
    return proof


def _pass(deliverable: Deliverable, proof: PublicationProof, actor: Actor, now: datetime) -> None:
    release_at = now + timedelta(days=deliverable.collaboration.release_days)
    facts = {"proof": proof.pk, "failures": len(proof.failures)}
    move_deliverable(
        deliverable=deliverable, target=DeliverableState.VERIFIED, action=Action.VERIFY, actor=actor,
        reason=proof.reason, now=now, facts=facts, content=proof.content, next_check_at=None,
        release_due_at=release_at,
    )  # fmt: skip
    plan_milestone(deliverable=deliverable, actor=actor, release_at=release_at, now=now)


def _read(deliverable: Deliverable, url: str) -> ContentLink | None:
    if deliverable.format in UNREAD_FORMATS:
        return None
    try:
        link = read_link(url)
    except LinkNotUnderstood as error:
        raise InvalidTerms({"url": str(error)}) from error
    if link.platform != deliverable.platform:
        raise InvalidTerms({"url": f"It was agreed to publish on {deliverable.get_platform_display()}."})
    return link


def _read_quietly(url: str) -> ContentLink | None:
    try:
        return read_link(url)
    except LinkNotUnderstood:
        return None


def _grant_rights(deliverable: Deliverable, now: datetime) -> None:
    collaboration = deliverable.collaboration
    terms = collaboration.accepted_offer.terms if collaboration.accepted_offer else {}
    days = terms.get("usage_days", 0)
    if not days:
        return
    starts_on = now.astimezone(ZoneInfo(collaboration.campaign.timezone)).date()
    UsageRight.objects.get_or_create(
        deliverable=deliverable,
        defaults={
            "brand": collaboration.campaign.brand,
            "creator": collaboration.creator,
            "channels": terms.get("usage_channels", []),
            "territory": terms.get("usage_territory", ""),
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=days),
            "granted_at": now,
        },
    )
