"""Creators who may be found by brands."""

from django.db.models import QuerySet

from creators.enums import ConsentState
from creators.models import Creator, CreatorSummary


def list_tagged(*, tag: str) -> QuerySet[CreatorSummary]:
    """Return the summaries that have a tag, without their vectors."""
    rows = CreatorSummary.objects.filter(tags__contains=[tag], creator__is_active=True)
    return rows.exclude(creator__consent_state=ConsentState.WITHDRAWN).select_related("creator").defer("embedding")


def get_found_creator(*, handle: str) -> Creator:
    """Return a creator who may be found, by his handle or a former one.

    Raises:
        Creator.DoesNotExist: unknown, or not to be found; the same for both.
        ValueError: a handle no database takes.
    """
    may_be_found = Creator.objects.filter(summary__isnull=False, is_active=True)
    return may_be_found.filter(handle=handle).first() or may_be_found.get(former_handles__handle=handle)


def find_creator_id(*, handle: str) -> int | None:
    """Return the id behind a handle, whoever may see it."""
    return Creator.objects.filter(handle=handle).values_list("pk", flat=True).first()
