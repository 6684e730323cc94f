"""What exploring and matching read: facets of findable creators, their terms, exclusivities, blocks and saved lists."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from creators.enums import Currency
from creators.models.brand import Brand
from creators.models.creator import Creator
from creators.models.summary import CreatorSummary

_FILTERED = (
    *("platforms", "categories", "country", "language", "size", "is_available"),
    *("reach", "score", "active_at", "listed_at"),
)


def _list_filtered(order: str) -> list[str]:
    return [name for name in _FILTERED if name != order]


class ExploreEntry(models.Model):
    """A findable creator as filters and orders see him: narrow rows, one for each summary, which they go with.

    ``platforms`` and ``categories`` have a bit for each (see ``facets``), ``size`` is the power of ten of the
    followers, 2 to 5. ``score`` is -1 unless he shows his figures to brands; what is not known is 0, empty or the
    epoch, so that every order is complete. Each order's index holds what may be filtered by: a page reads that alone.
    """

    summary = models.OneToOneField(CreatorSummary, on_delete=models.CASCADE, primary_key=True, related_name="explored")
    platforms = models.IntegerField(default=0)
    categories = models.IntegerField(default=0)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=8, blank=True)
    size = models.SmallIntegerField(default=0)
    is_available = models.BooleanField(default=True)
    tags = ArrayField(models.CharField(max_length=80), default=list)
    reach = models.FloatField(default=0)
    score = models.SmallIntegerField(default=-1)
    active_at = models.DateTimeField()
    listed_at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(fields=["tags"], name="explore_tags_idx", fastupdate=False),
            models.Index(fields=["-reach", "-summary"], include=_list_filtered("reach"), name="explore_reach_idx"),
            models.Index(fields=["-score", "-summary"], include=_list_filtered("score"), name="explore_score_idx"),
            models.Index(
                fields=["-active_at", "-summary"], include=_list_filtered("active_at"), name="explore_active_idx"
            ),
            models.Index(
                fields=["-listed_at", "-summary"], include=_list_filtered("listed_at"), name="explore_listed_idx"
            ),
        ]
        verbose_name_plural = "explore entries"

    def __str__(self) -> str:
        return f"explored {self.pk}"


class WorkTerms(models.Model):
    """On which terms a creator works with brands: used to match, the least fee is shown to nobody."""

    creator = models.OneToOneField(Creator, on_delete=models.CASCADE, primary_key=True, related_name="work_terms")
    is_available = models.BooleanField(default=True)
    available_from = models.DateField(null=True)
    least_fee_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, choices=Currency, default=Currency.USD)
    excluded_categories = ArrayField(models.CharField(max_length=16), default=list)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(least_fee_minor__isnull=True) | Q(least_fee_minor__gte=0), name="work_terms_fee_positive"
            )
        ]
        verbose_name_plural = "work terms"

    def __str__(self) -> str:
        return f"terms of {self.creator_id}"


class Exclusivity(models.Model):
    """A creator works for one brand alone in a category, from the first day up to, without, the end."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="exclusivities")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=16)
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "brand", "category", "starts_on"], name="exclusivity_start_unique"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="exclusivity_period_order"),
        ]
        indexes = [models.Index(fields=["category", "ends_on"], name="exclusivity_category_idx")]
        verbose_name_plural = "exclusivities"

    def __str__(self) -> str:
        return f"{self.category} until {self.ends_on}"


class CreatorBlock(models.Model):
    """A creator who does not want to meet another; neither is introduced to the other."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="blocks")
    blocked = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creator", "blocked"], name="creator_block_unique"),
            models.CheckConstraint(condition=~Q(creator=models.F("blocked")), name="creator_block_other"),
        ]

    def __str__(self) -> str:
        return f"{self.creator_id} blocks {self.blocked_id}"


class SavedList(models.Model):
    """Creators a brand or a creator keeps in mind."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, db_index=False, related_name="saved_lists")
    creator = models.ForeignKey(
        Creator, on_delete=models.CASCADE, null=True, db_index=False, related_name="saved_lists"
    )
    name = models.CharField(max_length=80)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(brand__isnull=False, creator__isnull=True) | Q(brand__isnull=True, creator__isnull=False),
                name="saved_list_of_brand_or_creator",
            ),
            models.UniqueConstraint(fields=["brand", "name"], name="saved_list_brand_name_unique"),
            models.UniqueConstraint(fields=["creator", "name"], name="saved_list_creator_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedListEntry(models.Model):
    """A creator on a list, with a note. Who can no longer be found is shown to nobody, and shown again when he can."""

    saved_list = models.ForeignKey(SavedList, on_delete=models.CASCADE, db_index=False, related_name="entries")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=1_000, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["saved_list", "creator"], name="saved_list_entry_unique")]
        indexes = [models.Index(fields=["saved_list", "-id"], name="saved_list_entry_recent_idx")]
        verbose_name_plural = "saved list entries"

    def __str__(self) -> str:
        return f"{self.creator_id} on {self.saved_list_id}"
