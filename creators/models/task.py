"""Tasks creators may fulfil for points, and what they hand in."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from creators.enums import SubmissionState, TaskRepeat, TaskRuleKind
from creators.models.creator import Creator

MOST_TASK_POINTS = 10_000
validate_task_code = RegexValidator(r"\A[a-z0-9][a-z0-9-]{1,48}[a-z0-9]\Z", "Use 3 to 50 of a-z, 0-9 and hyphens.")


class Task(models.Model):
    """Something to do. ``rule`` and ``audience`` are checked documents, see ``task_rules``; a change of the rule makes
    a new ``rule_version``, so that what was approved tells by which rule."""

    code = models.CharField(max_length=50, validators=[validate_task_code])
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    rule_kind = models.CharField(max_length=20, choices=TaskRuleKind)
    rule = models.JSONField(default=dict, blank=True)
    rule_version = models.IntegerField(default=1)
    points = models.IntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_TASK_POINTS)])
    repeat = models.CharField(max_length=8, choices=TaskRepeat, default=TaskRepeat.NONE)
    audience = models.JSONField(default=dict, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="task_code_unique"),
            models.CheckConstraint(condition=Q(points__gte=1, points__lte=MOST_TASK_POINTS), name="task_points_bounds"),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=models.F("opens_at")), name="task_period_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskSubmission(models.Model):
    """What a creator handed in for a task and period: at most one that waits or was approved."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, db_index=False, related_name="submissions")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="submissions")
    period = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=SubmissionState)
    rule_version = models.IntegerField()
    link = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=2_000, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    submitted_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reviewer_label = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "task", "period"],
                condition=Q(state__in=["waiting", "approved"]),
                name="task_submission_held_unique",
            )
        ]
        indexes = [
            models.Index(fields=["creator", "-id"], name="task_submission_recent_idx"),
            models.Index(fields=["task", "state"], name="task_submission_task_idx"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}, {self.state}"
