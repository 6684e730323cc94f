"""Search in big tables: one creator's rows, or the newest; without trigrams anything wider would scan the table."""

from typing import Any

from django.db.models import F, Max, QuerySet

NEWEST = 50_000


def narrow_search(*, rows: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], str]:
    """Return the rows to search and the words to look for; ``@handle words`` means one creator."""
    term = search_term.strip().replace("\0", "")
    handle, _, words = term.partition(" ") if term.startswith("@") else ("", "", term)
    if handle:
        return rows.filter(creator__handle=handle[1:].lower()), words.strip()
    if words:
        newest = rows.model._default_manager.aggregate(start=Max(F("pk")) - NEWEST)  # noqa: SLF001  Django's documented API
        rows = rows.filter(pk__gt=newest["start"] or 0)
    return rows, words
