"""Which version had been given by when."""

from datetime import datetime

from migration.models import VersionMark


def get_version_mark(*, before: datetime) -> int:
    """Return a version that every row written after ``before`` is above; 0, below every version, when none is known."""
    mark = VersionMark.objects.filter(at__lte=before).order_by("-at").first()
    return mark.version if mark else 0
