"""Reads of saved lists: whose they are, and those on them who may be found now."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.db.models import Q, QuerySet

from creators.enums import ConsentState
from creators.models import Creator, SavedList, SavedListEntry, User
from creators.queries.brands import list_brands

_COLUMNS = ("handle", "display_name", "country", "language", "platforms", "tags", "note", "added_at")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def list_saved_lists(*, acting_user: User) -> QuerySet[SavedList]:
    """Return the lists of the brands a user acts for and of his own creators."""
    own = Q(brand__in=list_brands(acting_user=acting_user)) | Q(creator__owner=acting_user)
    return SavedList.objects.filter(own).select_related("brand", "creator").order_by("-id")


def get_saved_list(*, list_id: int, acting_user: User) -> SavedList:
    """Return a list the user may see.

    Raises:
        SavedList.DoesNotExist: unknown, or somebody else's.
    """
    return list_saved_lists(acting_user=acting_user).get(pk=list_id)


def list_entries(*, saved_list: SavedList) -> QuerySet[SavedListEntry]:
    """Return the entries of creators who may be found now, the latest first."""
    rows = SavedListEntry.objects.filter(
        saved_list=saved_list, creator__summary__isnull=False, creator__is_active=True
    ).exclude(creator__consent_state=ConsentState.WITHDRAWN)
    return rows.select_related("creator", "creator__summary").defer("creator__summary__embedding").order_by("-id")


def get_findable_creator(*, handle: str) -> Creator:
    """Return a creator who may be found.

    Raises:
        Creator.DoesNotExist: unknown, or not to be found; the same for both.
    """
    rows = Creator.objects.filter(summary__isnull=False, is_active=True)
    return rows.exclude(consent_state=ConsentState.WITHDRAWN).get(handle=handle)


def export_entries(*, saved_list: SavedList) -> Iterator[str]:
    """Yield a list as lines of CSV, in which no cell is a formula to a spreadsheet."""
    yield _write(_COLUMNS)
    for entry in list_entries(saved_list=saved_list).iterator(chunk_size=500):
        creator = entry.creator
        yield _write(
            (
                creator.handle,
                creator.display_name,
                creator.country,
                creator.language,
                " ".join(creator.summary.platforms),
                " ".join(creator.summary.tags),
                entry.note,
                entry.added_at.isoformat(),
            )
        )


def _write(cells: tuple[Any, ...]) -> str:
    out = StringIO()
    csv.writer(out).writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()
