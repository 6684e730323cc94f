"""What finds content items: words and one vector of text, metadata and transcript. Derived, not captured."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pgvector.django import HalfVectorField

from creators.models import ContentItem, Creator


class ContentIndexEntry(models.Model):
    """A content item in the index. ``terms`` counts its terms, ``length`` is their sum.

    ``embedding`` is of the named model and empty while none could be made; ``content_hash`` is of the texts it is from.
    """

    content = models.OneToOneField(ContentItem, on_delete=models.CASCADE, primary_key=True, related_name="index_entry")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    terms = models.JSONField(default=dict)
    length = models.PositiveIntegerField()
    model = models.CharField(max_length=60, blank=True)
    model_version = models.CharField(max_length=20, blank=True)
    embedding = HalfVectorField(null=True)
    content_hash = models.CharField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["creator"], include=["length"], name="content_entry_creator_idx"),
            GinIndex(fields=["terms"], name="content_entry_terms_idx"),
        ]
        verbose_name_plural = "content index entries"

    def __str__(self) -> str:
        return f"index entry of content {self.content_id}"
