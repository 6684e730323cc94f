"""The one way to the stores: pooled, bounded in time, failing over, safe after a fork.

Django's own connection to PostgreSQL is configured by `connections.postgres.build_database_settings`.
"""

from veri.platform.connections.errors import StoreName, StoreUnavailable, is_connection_lost, translate_store_errors
from veri.platform.connections.health import StoreHealth, probe_stores
from veri.platform.connections.mongo import get_database
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.connections.redis import get_redis

__all__ = [
    "StoreHealth",
    "StoreName",
    "StoreUnavailable",
    "get_database",
    "get_redis",
    "is_connection_lost",
    "open_dedicated_connection",
    "probe_stores",
    "translate_store_errors",
]
