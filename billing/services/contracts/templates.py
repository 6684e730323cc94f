"""Contract texts: each change is a new version; contracts that were sent keep theirs."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.contract_text import check_template
from billing.models import ContractTemplate, ContractTemplateVersion
from creators.models import User
from veri.platform.ops.services.audit import record_audit


@transaction.atomic(durable=True)
def add_template_version(
    *, template: ContractTemplate, body: str, variables: Any, acting_user: User, reason: str, now: datetime
) -> ContractTemplateVersion:
    """Add a version of a text, audited; new contracts take it. The same text again returns the latest.

    Raises:
        InvalidTerms: places nobody fills, wrong types, or braces that are no place.
    """
    check_template(body=body, variables=variables)
    locked = ContractTemplate.objects.select_for_update().get(pk=template.pk)
    latest = ContractTemplateVersion.objects.filter(template=locked).order_by("-number").first()
    if latest is not None and (latest.body, latest.variables) == (body, variables):
        return latest
    version = ContractTemplateVersion.objects.create(
        template=locked,
        number=latest.number + 1 if latest else 1,
        body=body,
        variables=variables,
        made_by=acting_user,
        reason=reason,
        made_at=now,
    )
    record_audit(
        actor=acting_user, action="contract_template.version_added", target=locked, reason=reason,
        after={"number": version.number, "variables": variables}, now=now,
    )  # fmt: skip
    return version
