"""What was learnt of retrieval: judgements of answers, weights, and the nights they were tried."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from creators.models import Creator
from memory.enums import WeightsState
from memory.models.conversation import ConversationTurn


class AnswerFeedback(models.Model):
    """A judgement of an answer by somebody who may see its creator; append-only, the latest of a turn counts."""

    turn = models.ForeignKey(ConversationTurn, on_delete=models.CASCADE, db_index=False, related_name="judgements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    is_useful = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["turn", "-id"], name="answer_feedback_turn_idx"),
            models.Index(fields=["recorded_at"], name="answer_feedback_time_idx"),
        ]
        verbose_name_plural = "answer feedback"

    def __str__(self) -> str:
        return f"turn {self.turn_id} was {'useful' if self.is_useful else 'not useful'}"


class RetrievalWeights(models.Model):
    """Learnt weights of one creator, or of everybody where ``creator`` is empty.

    ``gains`` are the fields of ``RankingWeights``; ``counts`` what they were learnt from; ``measures`` the recall of
    stored questions with the weights in force and with these. ``revision`` counts up with every change of what is in
    force, under one lock, so that processes read only what they have not seen.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, null=True, db_index=False, related_name="+")
    state = models.CharField(max_length=12, choices=WeightsState, default=WeightsState.CANDIDATE)
    gains = models.JSONField()
    counts = models.JSONField(default=dict)
    measures = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True, default="")
    revision = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creator"],
                condition=Q(state="promoted"),
                nulls_distinct=False,
                name="weights_promoted_once",
            ),
            models.UniqueConstraint(fields=["revision"], name="weights_revision_unique"),
        ]
        indexes = [models.Index(fields=["creator", "-id"], name="weights_creator_idx")]
        verbose_name_plural = "retrieval weights"

    def __str__(self) -> str:
        return f"weights {self.pk} of {self.creator or 'everybody'}, {self.state}"


class LearningRun(models.Model):
    """One night of learning: stored questions asked again with what was in force before, and after."""

    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    creators = models.PositiveIntegerField()
    questions = models.PositiveIntegerField()
    recall_before = models.FloatField(null=True)
    recall_after = models.FloatField(null=True)
    promoted = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="learning_started_idx")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}: {self.promoted} promoted, {self.refused} refused"
