"""Compose workflow templates: each change is a new version; what runs keeps its own."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.models import WorkflowTemplate, WorkflowVersion
from billing.workflow_definition import check_definition
from creators.models import User
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def add_workflow_version(
    *, template: WorkflowTemplate, definition: Any, acting_user: User, reason: str, now: datetime
) -> WorkflowVersion:
    """Add a version, audited; new campaigns take it from now on. The same definition again returns the latest.

    Raises:
        InvalidTerms: the definition cannot stand; names each problem by its path.
    """
    return insert_workflow_version(
        template=template, definition=definition, acting_user=acting_user, reason=reason, now=now
    )


def insert_workflow_version(
    *, template: WorkflowTemplate, definition: Any, acting_user: User, reason: str, now: datetime
) -> WorkflowVersion:
    """Add a version inside the caller's transaction; see ``add_workflow_version``."""
    check_definition(definition)
    locked = WorkflowTemplate.objects.select_for_update().get(pk=template.pk)
    latest = WorkflowVersion.objects.filter(template=locked).order_by("-number").first()
    if latest is not None and latest.definition == definition:
        return latest
    version = WorkflowVersion.objects.create(
        template=locked,
        number=latest.number + 1 if latest else 1,
        definition=definition,
        made_by=acting_user,
        reason=reason,
        made_at=now,
    )
    record_audit(
        actor=acting_user, action="workflow.version_added", target=locked, reason=reason,
        after={"number": version.number, "definition": definition}, now=now,
    )  # fmt: skip
    return version
