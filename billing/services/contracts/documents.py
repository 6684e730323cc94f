"""Make the document of a collaboration's terms: values, text, PDF and their digests."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from billing.campaign_enums import DeliverableFormat, UsageChannel
from billing.campaign_errors import InvalidTerms
from billing.campaign_terms import Terms, check_terms
from billing.contract_text import check_values, compute_text_digest, fill_template
from billing.models import Collaboration, Contract, ContractTemplateVersion, ContractVersion
from billing.money import Money
from billing.pdf import render_document
from creators.enums import Platform


def make_version(
    *, contract: Contract, template: ContractTemplateVersion, given: Mapping[str, Any], now: datetime
) -> ContractVersion:
    """Render the terms in force as the contract's next version, inside the caller's transaction.

    Raises:
        InvalidTerms: values for the template's own variables are missing, unknown or of another type.
    """
    collaboration = contract.collaboration
    offer = collaboration.accepted_offer
    if offer is None:
        raise InvalidTerms({"collaboration": "There are no agreed terms."})
    number = ContractVersion.objects.filter(contract=contract).count() + 1
    fee = Money(minor=offer.amount_minor, currency=offer.currency)
    terms = check_terms(document=offer.terms, amount=fee)
    own = check_values(given=given, declared=template.variables)
    text = fill_template(body=template.body, values=own | _list_values(contract, number, terms, fee, now))
    digest = compute_text_digest(text)
    pdf = render_document(
        title=f"Contract {contract.pk}, version {number}", text=text, footer=f"Text SHA-256 {digest}", made_at=now
    )
    return ContractVersion.objects.create(
        contract=contract,
        number=number,
        template_version=template,
        offer=offer,
        given=dict(given),
        text=text,
        text_sha256=digest,
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        made_at=now,
    )


def _list_values(contract: Contract, number: int, terms: Terms, fee: Money, now: datetime) -> dict[str, str]:
    collaboration = contract.collaboration
    campaign, creator = collaboration.campaign, collaboration.creator
    return {
        "contract_number": f"{contract.pk}-{number}",
        "made_on": now.astimezone(ZoneInfo(campaign.timezone)).date().isoformat(),
        "brand_name": campaign.brand.name,
        "brand_website": campaign.brand.website or "no website given",
        "creator_name": (creator.display_name or creator.handle) if creator else "",
        "creator_handle": creator.handle if creator else "",
        "campaign_title": campaign.title,
        "objectives": campaign.objectives,
        "fee": str(fee),
        "currency": fee.currency,
        "platform_fee": str(Money(minor=collaboration.platform_fee_minor, currency=fee.currency)),
        "deliverables": _describe_deliverables(terms, fee.currency),
        "revision_rounds": str(terms.revision_rounds),
        "review_days": str(terms.review_days),
        "release_days": str(terms.release_days),
        "exclusivity": _describe_exclusivity(collaboration, terms),
        "usage_rights": _describe_rights(terms),
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "timezone": campaign.timezone,
        "notes": terms.notes or "None.",
    }


def _describe_deliverables(terms: Terms, currency: str) -> str:
    lines = [
        f"{place}. {one.title}: {DeliverableFormat(one.format).label.lower()} on {Platform(one.platform).label},"
        f" due by the end of {one.due_on.isoformat()}; milestone {Money(minor=one.share_minor, currency=currency)}"
        for place, one in enumerate(terms.deliverables, start=1)
    ]
    return "\n".join(lines)


def _describe_exclusivity(collaboration: Collaboration, terms: Terms) -> str:
    if not terms.exclusivity_category:
        return "None."
    ends_on = collaboration.campaign.ends_on.isoformat()
    return (
        f"From the last signature until {terms.exclusivity_days} days after {ends_on}"
        f" the creator works for no other brand in {terms.exclusivity_category}."
    )


def _describe_rights(terms: Terms) -> str:
    if not terms.usage_days:
        return "None beyond the publication itself."
    channels = ", ".join(UsageChannel(one).label.lower() for one in terms.usage_channels)
    return (
        f"For {terms.usage_days} days from each publication the brand may use it in {terms.usage_territory}:"
        f" {channels}."
    )
