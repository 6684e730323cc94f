"""What is known of a publication: the creator's own content, its latest figures, and what it discloses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing.campaign_enums import DeliverableFormat
from billing.disclosures import find_disclosures
from billing.models import Collaboration, Deliverable
from creators.enums import Availability, ConnectionState
from creators.models import ContentItem, ContentSnapshot, PlatformConnection
from creators.task_rules import ContentLink

FIGURES = ("views", "likes", "comments", "shares")
# What is not published on a platform we read is proved by the brand's own confirmation.
UNREAD_FORMATS = frozenset({DeliverableFormat.LINK, DeliverableFormat.FILE})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a look at a publication found; it is verified when nothing failed."""

    content: ContentItem | None = None
    figures: dict[str, int] = field(default_factory=dict)
    figures_at: datetime | None = None
    disclosures: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


def find_content(*, creator_id: int, link: ContentLink) -> ContentItem | None:
    """Return the creator's own item a link leads to, as far as it is known here."""
    rows = ContentItem.objects.filter(creator=creator_id, platform=link.platform, external_id=link.external_id)
    return rows.defer("transcript").first()


def inspect_publication(*, deliverable: Deliverable, link: ContentLink | None) -> Finding:
    """Compare a publication with what platforms told of the creator's connected accounts."""
    if deliverable.format in UNREAD_FORMATS:
        return Finding()
    creator_id = deliverable.collaboration.creator_id
    item = find_content(creator_id=creator_id, link=link) if link and creator_id else None
    if item is None:
        return Finding(failures=("The platform has not told us of this publication on the creator's account yet.",))
    figures, figures_at = _find_figures(item)
    disclosures = find_disclosures(item.title, item.description, *(f"#{tag}" for tag in item.tags))
    return Finding(
        content=item,
        figures=figures,
        figures_at=figures_at,
        disclosures=tuple(one[:60] for one in disclosures),
        failures=tuple(_list_failures(deliverable.collaboration, deliverable, item, disclosures)),
    )


def _find_figures(item: ContentItem) -> tuple[dict[str, int], datetime | None]:
    snapshot = ContentSnapshot.objects.filter(content=item).order_by("-taken_at").first()
    if snapshot is not None:
        told = {name: value for name in FIGURES if (value := getattr(snapshot, name)) is not None}
        return told, snapshot.taken_at
    told = {name: value for name in FIGURES if isinstance(value := item.metrics.get(name), int)}
    return told, item.metrics_at


def _list_failures(
    collaboration: Collaboration, deliverable: Deliverable, item: ContentItem, disclosures: list[str]
) -> list[Any]:
    failures = []
    connected = PlatformConnection.objects.filter(creator=collaboration.creator_id, platform=item.platform)
    if not connected.exclude(state=ConnectionState.PENDING).exists():
        failures.append("The creator has connected no account of this platform.")
    if item.platform != deliverable.platform:
        failures.append(f"It was agreed to publish on {deliverable.get_platform_display()}.")
    if item.availability != Availability.PUBLIC:
        failures.append(f"The publication is {item.get_availability_display().lower()}.")
    if item.published_at is not None and item.published_at < collaboration.created_at:
        failures.append("It was published before the collaboration began.")
    if not disclosures:
        failures.append("Nothing in its text says that it is advertising.")
    return failures
