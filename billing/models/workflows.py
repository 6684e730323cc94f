"""Workflow templates: how staff let a kind of campaign run, versioned; a version never changes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.campaign_enums import CampaignKind


class WorkflowTemplate(models.Model):
    """A named way to run one kind of campaign; new campaigns of the kind take the default's latest version."""

    kind = models.CharField(max_length=20, choices=CampaignKind)
    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="workflow_template_name_unique"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(is_default=True), name="workflow_template_default_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WorkflowVersion(models.Model):
    """One version, checked by ``workflow_definition``; the database refuses changes. Campaigns keep theirs."""

    template = models.ForeignKey(WorkflowTemplate, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="workflow_version_number_unique")]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"
