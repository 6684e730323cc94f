"""The search index the application owns: term statistics and places in conversations, in PostgreSQL alone."""

from django.db import models

from creators.models import Creator
from memory.enums import TargetKind


class IndexedDocument(models.Model):
    """A memory or interaction that is in the index; ``length`` is its number of terms."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=12, choices=TargetKind)
    target_id = models.BigIntegerField()
    length = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "target_id"], name="indexed_document_unique")]
        indexes = [models.Index(fields=["creator"], include=["length"], name="indexed_document_creator_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"


class CorpusSize(models.Model):
    """How many documents a creator's index holds, and their terms; triggers on ``IndexedDocument`` keep it.

    ``generation`` is another number after every change of the creator's postings, by their triggers.
    """

    creator = models.OneToOneField(Creator, on_delete=models.CASCADE, primary_key=True, related_name="+")
    documents = models.BigIntegerField()
    terms = models.BigIntegerField()
    generation = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.documents} documents of creator {self.creator_id}"


class Posting(models.Model):
    """How often a term stands in a document; the unique index is the access path of a search."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    term = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=TargetKind)
    target_id = models.BigIntegerField()
    frequency = models.PositiveSmallIntegerField()
    length = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "term", "kind", "target_id"],
                include=["frequency", "length"],
                name="posting_term_target_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.term} in {self.kind} {self.target_id}"


class Utterance(models.Model):
    """A message of a conversation: who spoke, and where in it. What search ranks neighbours and speakers by.

    ``conversation`` is platform and channel. ``position`` counts up in order of time, in steps of 1 while people keep
    talking and of 100 after a pause. ``speaker`` is the first word of the author's name; ``times`` counts expressions
    of time, up to 2.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="+")
    interaction_id = models.BigIntegerField()
    conversation = models.CharField(max_length=220)
    position = models.IntegerField(default=0)
    speaker = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    length = models.PositiveIntegerField()
    is_question = models.BooleanField()
    times = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction_id"], name="utterance_interaction_unique")]
        indexes = [
            models.Index(fields=["creator", "conversation", "position"], name="utterance_position_idx"),
            models.Index(
                fields=["creator", "conversation", "occurred_at", "interaction_id"], name="utterance_time_idx"
            ),
            models.Index(fields=["creator", "speaker"], name="utterance_speaker_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation} {self.position}"
