"""A creator's profile from the routed store."""

from creators.models import Creator
from creators.stores.profiles import MongoProfileStore, PostgresProfileStore, ProfileRecord
from migration.queries.routes import read_routed

DATASETS = ("creator_profiles",)
_POSTGRES, _MONGO = PostgresProfileStore(), MongoProfileStore()


def get_profile(*, creator_id: int) -> ProfileRecord:
    """Return a creator's profile; what MongoDB lacks is read from PostgreSQL.

    Raises:
        Creator.DoesNotExist: when nobody has it.
    """
    found = read_routed(
        datasets=DATASETS,
        scope=creator_id,
        kind="profile",
        from_mongo=lambda: _MONGO.get_profile(creator_id=creator_id) or _POSTGRES.get_profile(creator_id=creator_id),
        from_postgres=lambda: _POSTGRES.get_profile(creator_id=creator_id),
    ).value
    if found is None:
        raise Creator.DoesNotExist
    return found
