"""Predicted returns of collaborations: the models, what they said, and what came."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models import Collaboration
from creators.models import Creator
from memory.enums import PredictionCause


class ReturnModel(models.Model):
    """A model as it was fitted, with its backtest. ``refusal`` says why nothing may be predicted with it, if so.

    ``document`` is ``RidgeModel.to_json``; ``report`` the backtest's accuracy, in total, by segment and beside others.
    """

    document = models.JSONField()
    report = models.JSONField()
    examples = models.PositiveIntegerField()
    refusal = models.CharField(max_length=300, blank=True)
    fitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"return model {self.pk}"


class ReturnPrediction(models.Model):
    """What was known of a collaboration and said of its return, kept as it was said.

    One is kept of each when terms are agreed, whether a model could say anything or not: from these models learn, so
    that nothing known later slips in. ``multiple`` is revenue by fee. ``actual``: what came, once it was reported.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, db_index=False, related_name="+")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    cause = models.CharField(max_length=8, choices=PredictionCause)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    features = models.JSONField()
    segments = models.JSONField()
    model = models.ForeignKey(ReturnModel, on_delete=models.PROTECT, null=True, related_name="predictions")
    multiple = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    effects = models.JSONField(default=list)
    refusal = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    actual = models.FloatField(null=True)
    known_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration"], condition=Q(cause="agreed"), name="return_prediction_agreed_once"
            )
        ]
        indexes = [
            models.Index(fields=["collaboration", "-id"], name="return_prediction_recent_idx"),
            models.Index(fields=["known_at"], condition=Q(cause="agreed"), name="return_prediction_known_idx"),
        ]

    def __str__(self) -> str:
        return f"prediction {self.pk} of collaboration {self.collaboration_id}"
