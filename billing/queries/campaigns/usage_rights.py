"""Who may use what, where and until when."""

from datetime import date

from django.db.models import Q, QuerySet

from billing.models import UsageRight
from creators.models import User
from creators.queries.brands import list_brands


def list_usage_rights(*, acting_user: User, on: date | None = None, channel: str = "") -> QuerySet[UsageRight]:
    """Return the rights of a user's brands and in his creators' work, those that hold on a day when one is given."""
    rows = UsageRight.objects.filter(
        Q(brand__in=list_brands(acting_user=acting_user)) | Q(creator__owner=acting_user)
    ).select_related("brand", "creator", "deliverable")
    if on is not None:
        rows = rows.filter(starts_on__lte=on, ends_on__gt=on)
    return rows.filter(channels__contains=[channel]) if channel else rows
