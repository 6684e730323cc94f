"""Whether somebody may see what he gives feedback about."""

from creators.enums import Availability
from creators.models import ContentItem, CreatorSummary, Interaction, User
from creators.queries.creators import list_creators
from memory.enums import FeedbackTarget
from memory.models import Memory


def may_see_target(*, kind: str, target_id: int, subject_user: User) -> bool:
    """Return whether the target exists and is the user's own, or public and of a creator who may be found."""
    own = list_creators(acting_user=subject_user)
    if kind == FeedbackTarget.CREATOR:
        is_found = CreatorSummary.objects.filter(pk=target_id).exists()
        return is_found or own.filter(pk=target_id).exists()
    if kind == FeedbackTarget.CONTENT:
        items = ContentItem.objects.filter(pk=target_id)
        public = items.filter(availability=Availability.PUBLIC, creator__summary__isnull=False)
        return public.exists() or items.filter(creator__in=own).exists()
    if kind == FeedbackTarget.MEMORY:
        return Memory.objects.filter(pk=target_id, creator__in=own).exists()
    return Interaction.objects.filter(pk=target_id, creator__in=own).exists()
