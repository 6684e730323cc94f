"""What anybody may see of a creator who shows a public profile."""

from dataclasses import dataclass

from creators.enums import Availability, ConnectionState, ConsentPurpose, Platform
from creators.models import ContentItem, Creator, PlatformConnection
from creators.queries.consent import is_consented

SHOWN_CONTENT = 12
HTTPS = "https://"


@dataclass(frozen=True, kw_only=True)
class PublicProfile:
    """A creator's public side: nothing here needs more than his word that it may be shown, and no figure of a platform.

    ``accounts`` are platforms with the name he has there.
    """

    handle: str
    name: str
    bio: str
    language: str
    country: str
    tags: list[str]
    accounts: list[tuple[str, str]]
    content: list[ContentItem]


def find_public_handle(*, handle: str) -> str:
    """Return the handle a handle leads to now: itself, a former one's present one, or none where nobody is shown."""
    known = Creator.objects.only("handle")
    creator = known.filter(handle=handle).first() or known.filter(former_handles__handle=handle).first()
    if creator is None or not is_consented(creator_id=creator.pk, purpose=ConsentPurpose.PUBLIC_PROFILE):
        return ""
    return creator.handle


def get_public_profile(*, handle: str) -> PublicProfile:
    """Return the profile of a handle ``find_public_handle`` gave."""
    creator = Creator.objects.get(handle=handle)
    accounts = PlatformConnection.objects.filter(creator=creator, state=ConnectionState.ACTIVE).order_by("platform")
    return PublicProfile(
        handle=creator.handle,
        name=creator.display_name or f"@{creator.handle}",
        bio=creator.bio,
        language=creator.language,
        country=creator.country,
        tags=list(creator.tags),
        accounts=[(Platform(one.platform).label, one.account_name) for one in accounts if one.account_name],
        content=_list_content(creator),
    )


def _list_content(creator: Creator) -> list[ContentItem]:
    rows = ContentItem.objects.filter(
        creator=creator, availability=Availability.PUBLIC, url__startswith=HTTPS, published_at__isnull=False
    ).exclude(title="")
    shown = rows.only("title", "url", "platform", "kind", "published_at")
    return list(shown.order_by("-published_at", "-id")[:SHOWN_CONTENT])
