"""Reads of workflow versions."""

from billing.campaign_enums import Guard
from billing.campaign_errors import InvalidTerms
from billing.models import Campaign, WorkflowVersion
from billing.workflow_definition import Stage, WorkflowDefinition, check_definition


def get_default_version(*, kind: str) -> WorkflowVersion:
    """Return the latest version of a kind's default template.

    Raises:
        InvalidTerms: no default template is in force for the kind.
    """
    versions = WorkflowVersion.objects.filter(template__kind=kind, template__is_default=True, template__is_active=True)
    found = versions.order_by("-number").first()
    if found is None:
        raise InvalidTerms({"kind": "No workflow template is in force for this kind of campaign."})
    return found


def get_definition(*, campaign: Campaign) -> WorkflowDefinition:
    """Return how a campaign runs: the version it began with."""
    return check_definition(campaign.workflow_version.definition)


def find_stage(*, campaign: Campaign, state: str) -> Stage | None:
    return get_definition(campaign=campaign).find_stage(state)


def list_stage_guards(*, campaign: Campaign, stage: str) -> tuple[Guard, ...]:
    """Return the guards a campaign's workflow adds to entering a stage."""
    found = find_stage(campaign=campaign, state=stage)
    return found.guards if found else ()
