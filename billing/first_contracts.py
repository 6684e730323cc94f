"""The contract text a new installation begins with. Have it read by a lawyer before it is used in earnest."""

from typing import Any

from django.utils import timezone

from billing.models import ContractTemplate, ContractTemplateVersion

NAME = "Collaboration"
BODY = """Contract {contract_number}, made on {made_on}

1. Parties
The brand: {brand_name} ({brand_website}).
The creator: {creator_name} (@{creator_handle}).

2. Subject
The creator makes the deliverables of section 3 for the campaign "{campaign_title}", which runs from {starts_on} up \
to, without, {ends_on}. Days are those of the zone {timezone}.
{objectives}

3. Deliverables and milestones
{deliverables}

4. Fee
The fee is {fee}. The brand pays it to Veri, which holds it and releases each milestone's share {release_days} days \
after the publication was verified. Veri's fee of {platform_fee} is taken from it.

5. Review
The brand answers each submission within {review_days} days; what it does not answer by then is approved. It may ask \
for changes {revision_rounds} times for each deliverable.

6. Disclosure
The creator marks every publication as advertising, in words that the platform and the law ask for.

7. Exclusivity
{exclusivity}

8. Rights of use
{usage_rights}

9. Changes
A change of fee, deliverables, days or rights is a new version of this contract, which both sign again.

10. Notes
{notes}
"""


def install_first_contract(**_signal: Any) -> int:
    """Make the default template where there is none; return how many were made."""
    if ContractTemplate.objects.filter(is_default=True).exists():
        return 0
    now = timezone.now()
    template = ContractTemplate.objects.create(name=NAME, is_default=True, created_at=now)
    ContractTemplateVersion.objects.create(template=template, number=1, body=BODY, made_at=now, reason="installed")
    return 1
