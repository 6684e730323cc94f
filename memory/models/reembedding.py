"""Which provider's vectors are searched, and the changes from one to another."""

from django.db import models
from django.db.models.functions import Now

from memory.enums import EmbeddingProvider, ReembeddingState

ONLY = 1


class EmbeddingChoice(models.Model):
    """The one row that says whose vectors are searched; without it the environment's default is."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    provider = models.CharField(max_length=20, choices=EmbeddingProvider)
    reason = models.TextField()
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=ONLY), name="embedding_choice_only_one")]

    def __str__(self) -> str:
        return self.provider


class Reembedding(models.Model):
    """A change of provider under way: everything indexed gets a vector of ``target`` while ``source`` is searched.

    Documents are embedded by creator and key. ``cursor_creator`` and ``cursor_document`` are the last one passed; what
    was passed without getting a vector is found again by the sweep of what waits. ``waiting_because`` says why the walk
    rests.
    """

    source = models.CharField(max_length=20, choices=EmbeddingProvider)
    target = models.CharField(max_length=20, choices=EmbeddingProvider)
    state = models.CharField(max_length=12, choices=ReembeddingState, default=ReembeddingState.RUNNING)
    cursor_creator = models.BigIntegerField(default=0)
    cursor_document = models.BigIntegerField(default=0)
    embedded = models.BigIntegerField(default=0)
    waiting_because = models.TextField(blank=True, default="")
    reason = models.TextField()
    started_by = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state=ReembeddingState.RUNNING),
                name="reembedding_one_running",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="reembedding_changes_the_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} to {self.target}"
