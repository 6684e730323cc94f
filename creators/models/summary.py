"""What brands may search: one row for each creator who consented, made from public things alone."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pgvector.django import HalfVectorField

from creators.models.creator import Creator


class CreatorSummary(models.Model):
    """A consenting creator as discovery sees him.

    ``embedding`` is the unit mean of his public memories' and content's vectors, of the named model. ``reach`` is
    log10(1 + audience) on his largest platform and ``popularity`` its percentile among those of that platform, 0 to 1;
    empty when nothing is known. Rows are written under the creator's consent lock and removed with his consent, in the
    same transaction.
    """

    creator = models.OneToOneField(Creator, on_delete=models.CASCADE, primary_key=True, related_name="summary")
    excerpt = models.CharField(max_length=500, blank=True)
    model = models.CharField(max_length=60, blank=True)
    model_version = models.CharField(max_length=20, blank=True)
    embedding = HalfVectorField(null=True)
    tags = ArrayField(models.CharField(max_length=80), default=list)
    platforms = ArrayField(models.CharField(max_length=16), default=list)
    main_platform = models.CharField(max_length=16, blank=True)
    reach = models.FloatField(null=True)
    popularity = models.FloatField(null=True)
    last_active_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [GinIndex(fields=["tags"], name="creator_summary_tags_idx")]
        verbose_name_plural = "creator summaries"

    def __str__(self) -> str:
        return f"summary of {self.creator_id}"


class CreatorTerm(models.Model):
    """A term that stands in a creator's public texts."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "creator"], name="creator_term_unique")]

    def __str__(self) -> str:
        return self.term
