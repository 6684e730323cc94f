"""Nearest-neighbour indexes of single creators, as PostgreSQL's catalogue has them."""

from django.db import models

from creators.models import Creator
from memory.enums import EmbeddingProvider


class VectorIndex(models.Model):
    """A view on the catalogue: the HNSW index of one creator's vectors of one provider.

    One that is not valid is being built, or its building broke off; search does not use it.
    """

    id = models.BigIntegerField(primary_key=True)
    provider = models.CharField(max_length=20, choices=EmbeddingProvider)
    creator = models.ForeignKey(Creator, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.CharField(max_length=63)
    is_valid = models.BooleanField()
    vectors = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    scans = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "memory_vectorindex"
        verbose_name_plural = "vector indexes"

    def __str__(self) -> str:
        return self.name
