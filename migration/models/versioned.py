"""The base of every table that may be migrated."""

from django.db import models
from django.db.models import Func, Value


class NextVersion(Func):
    """``nextval`` of the one sequence all versions come from."""

    function = "nextval"

    def __init__(self) -> None:
        super().__init__(Value("migration_version_seq"), output_field=models.BigIntegerField())


class VersionedModel(models.Model):
    """A row with a version: new rows take the sequence's next value, a BEFORE UPDATE trigger renews it.

    The version is written by the database alone. It orders writes of one row across both stores.
    """

    version = models.BigIntegerField(db_default=NextVersion(), editable=False)

    class Meta:
        abstract = True
