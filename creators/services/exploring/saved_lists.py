"""Keep lists of creators: for a brand, by its members; for a creator, by his owner."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from creators.errors import ListFull, ListNameTaken
from creators.models import Creator, SavedList, SavedListEntry, User

MOST_LISTS, MOST_ENTRIES = 100, 5_000


def create_list(*, owner: dict[str, Any], name: str, acting_user: User, now: datetime) -> SavedList:
    """Make an empty list; ``owner`` is ``{"brand": …}`` or ``{"creator": …}``.

    Raises:
        ListNameTaken: the owner has one of this name.
        ListFull: the owner has as many as one may have.
    """
    try:
        with transaction.atomic(durable=True):
            if SavedList.objects.filter(**owner).count() >= MOST_LISTS:
                raise ListFull(f"At most {MOST_LISTS} lists.")
            return SavedList.objects.create(**owner, name=name, created_by=acting_user, created_at=now, updated_at=now)
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint in {"saved_list_brand_name_unique", "saved_list_creator_name_unique"}:
            raise ListNameTaken(f"There is a list {name!r} already.") from error
        raise


@transaction.atomic(durable=True)
def save_to_list(
    *, saved_list: SavedList, creator: Creator, note: str, acting_user: User, now: datetime
) -> tuple[SavedListEntry, bool]:
    """Put a creator on a list or change the note on him; return the entry and whether it is new.

    Raises:
        ListFull: the list has as many as one may have.
        SavedList.DoesNotExist: removed meanwhile.
    """
    held = SavedList.objects.select_for_update().get(pk=saved_list.pk)
    entries = SavedListEntry.objects.filter(saved_list=held)
    if not entries.filter(creator=creator).exists() and entries.count() >= MOST_ENTRIES:
        raise ListFull(f"At most {MOST_ENTRIES} creators on a list.")
    entry, is_new = SavedListEntry.objects.update_or_create(
        saved_list=held,
        creator=creator,
        defaults={"note": note},
        create_defaults={"note": note, "added_by": acting_user, "added_at": now},
    )
    SavedList.objects.filter(pk=held.pk).update(updated_at=now)
    return entry, is_new


@transaction.atomic(durable=True)
def remove_from_list(*, saved_list: SavedList, handle: str, now: datetime) -> bool:
    """Take a creator off a list; return whether he was on it."""
    removed, _ = SavedListEntry.objects.filter(saved_list=saved_list, creator__handle=handle).delete()
    SavedList.objects.filter(pk=saved_list.pk).update(updated_at=now)
    return bool(removed)


@transaction.atomic(durable=True)
def delete_list(*, saved_list: SavedList) -> None:
    SavedList.objects.filter(pk=saved_list.pk).delete()
