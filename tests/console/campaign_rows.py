"""A row of every model of campaigns."""

from datetime import timedelta

from billing.first_contracts import install_first_contract
from billing.first_workflows import install_first_workflows
from billing.models import (
    Campaign,
    CampaignEvent,
    CampaignReminder,
    CampaignTask,
    Collaboration,
    Contract,
    ContractEvent,
    ContractSeal,
    ContractTemplateVersion,
    ContractVersion,
    Deliverable,
    Dispute,
    DisputeStatement,
    Offer,
    PublicationProof,
    Rating,
    Signature,
    Submission,
    UsageRight,
    WorkflowVersion,
)
from creators.models import Brand, Creator
from tests.conftest import NOW


def make_campaign_rows(creator: Creator, brand: Brand) -> Collaboration:
    install_first_workflows()
    until = NOW.date() + timedelta(days=30)
    campaign = Campaign.objects.create(
        brand=brand, title="Autumn", kind="ugc", state="briefed", budget_minor=5_000, currency="EUR",
        starts_on=NOW.date(), ends_on=until, workflow_version=WorkflowVersion.objects.first(), created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    part = Collaboration.objects.create(
        campaign=campaign, creator=creator, state="disputed", currency="EUR", fee_minor=5_000, state_changed_at=NOW,
        created_at=NOW,
    )  # fmt: skip
    terms = {"deliverables": [{"title": "V", "platform": "youtube", "format": "video", "due_on": "2026-11-30",
             "share_minor": 5_000}]}  # fmt: skip
    offer = Offer.objects.create(
        collaboration=part, number=1, side="brand", amount_minor=5_000, currency="EUR", terms=terms, state="accepted",
        made_at=NOW, expires_at=NOW + timedelta(days=7),
    )  # fmt: skip
    Collaboration.objects.filter(pk=part.pk).update(accepted_offer=offer)
    CampaignEvent.objects.create(
        campaign=campaign, collaboration=part, action="offer", state_from="briefed", state_to="offered", side="brand",
        at=NOW,
    )  # fmt: skip
    made = Deliverable.objects.create(
        collaboration=part, position=1, title="V", platform="youtube", format="video", due_on=until, due_at=NOW,
        share_minor=5_000,
    )  # fmt: skip
    Submission.objects.create(deliverable=made, version=1, url="https://x.example/1", submitted_at=NOW)
    PublicationProof.objects.create(deliverable=made, url="https://x.example/1", checked_at=NOW)
    UsageRight.objects.create(
        deliverable=made, brand=brand, creator=creator, channels=["organic"], territory="EU", starts_on=NOW.date(),
        ends_on=until, granted_at=NOW,
    )  # fmt: skip
    dispute = Dispute.objects.create(collaboration=part, side="brand", opened_at=NOW, came_from="submitted")
    DisputeStatement.objects.create(dispute=dispute, side="brand", text="Late.", at=NOW)
    Rating.objects.create(collaboration=part, side="brand", stars=4, rated_at=NOW)
    CampaignTask.objects.create(
        collaboration=part, key="script", title="Script", stage="in_production", side="creator", due_at=NOW
    )
    CampaignReminder.objects.create(
        collaboration=part, key="review", stage="submitted", side="brand", text="Review.", due_at=NOW
    )
    install_first_contract()
    template = ContractTemplateVersion.objects.get()
    contract = Contract.objects.create(collaboration=part, created_at=NOW)
    version = ContractVersion.objects.create(
        contract=contract, number=1, template_version=template, offer=offer, text="t", text_sha256="a", pdf=b"p",
        sha256="b", made_at=NOW,
    )  # fmt: skip
    Signature.objects.create(
        version=version, side="brand", signer_key=1, signer_name="Bea", sha256="b", consent="c", consent_version="1",
        method="password", ip="127.0.0.1", signed_at=NOW,
    )  # fmt: skip
    ContractSeal.objects.create(version=version, pdf=b"s", sha256="d", sealed_at=NOW)
    ContractEvent.objects.create(
        contract=contract, number=1, kind="made", version_number=1, sha256="b", side="brand", at=NOW,
        previous_hash="0", hash="1",
    )  # fmt: skip
    part.refresh_from_db()
    return part
