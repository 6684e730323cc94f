"""Reads of API keys, and of what users asked."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Sum

from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows
from veri.platform.http.models import ApiKey, RequestCount

_FIND = """
SELECT {key}, {owner} FROM http_apikey key JOIN {users} owner ON owner.id = key.owner_id WHERE key.prefix = %s"""


def find_api_key(*, prefix: str) -> ApiKey | None:
    """Return the key with a prefix, its owner loaded; every request with a key asks for it."""
    users: Any = get_user_model()
    columns = {name: list_columns(model=model, table=name) for name, model in (("key", ApiKey), ("owner", users))}
    found = fetch_rows(_FIND.format(**columns, users=users._meta.db_table), [prefix])  # noqa: SLF001  documented API
    if not found:
        return None
    size = len(ApiKey._meta.concrete_fields)  # noqa: SLF001  same
    key = build_instance(model=ApiKey, row=found[0][:size])
    key.owner = build_instance(model=users, row=found[0][size:])
    return key


def count_requests(*, user_id: int, start: datetime, end: datetime) -> int:
    """Return how many requests a user made on the UTC days of ``[start, end)``, up to a minute ago."""
    rows = RequestCount.objects.filter(user=user_id, day__gte=start.date(), day__lt=end.date())
    return int(rows.aggregate(total=Sum("count"))["total"] or 0)
