"""What becomes of campaigns' models when a person is erased: dealings stay as figures, people and their words go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from veri.platform.ops.privacy import (
    EraseStep,
    OnErase,
    PersonalData,
    Phase,
    Subject,
    about,
    register_data,
    register_impersonal,
    register_step,
)

_DOCUMENTS = ("ContractVersion", "ContractSeal")
_LAW = "kept for accounts and claims between the parties"


def register_campaign_privacy() -> None:
    """Rows that refer to a collaboration come before it: they are found through its creator."""
    _register_contracts()
    _keep("Offer", "made_by", "its figures and terms stay, words and who made it go", {"message": ""})
    _keep(
        "Submission", "submitted_by", "that something was handed in stays, not what",
        {"url": "", "text": "", "notes": "", "decided_by": None}, through="deliverable__collaboration__creator",
    )  # fmt: skip
    _keep(
        "PublicationProof", "checked_by", "that a publication was checked stays, not where it stands",
        {"url": "", "content": None, "figures": {}, "reason": "", "disclosures": [], "failures": []},
        through="deliverable__collaboration__creator",
    )  # fmt: skip
    register_data(
        PersonalData(
            model="billing.UsageRight",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason=f"what a brand may go on using; {_LAW}",
            emptied={"creator": None},
        ),
        PersonalData(
            model="billing.Deliverable",
            find=about(creator="collaboration__creator"),
            on_erase=OnErase.RETAIN,
            reason=f"what the fee was paid for; {_LAW}",
            emptied={"content": None, "published_url": "", "title": "erased"},
        ),
    )
    _keep(
        "DisputeStatement", "author", "that a side was heard stays, not what it said", {"text": ""},
        through="dispute__collaboration__creator",
    )  # fmt: skip
    _keep("Dispute", "opened_by", "how funds were divided", {"resolved_by": None, "resolution": ""})
    _keep("Rating", "rated_by", "stars stay, words go", {"text": ""})
    _keep("CampaignOutcome", "reported_by", "figures a brand reported", {})
    _keep("CampaignTask", "done_by", "what was done when", {})
    register_data(
        PersonalData(
            model="billing.CampaignReminder",
            find=about(creator="collaboration__creator"),
            on_erase=OnErase.RETAIN,
            reason="that somebody was reminded; the words are a template's",
            emptied={"text": ""},
        ),
    )
    _keep("CampaignEvent", "actor", "the history of a dealing", {"reason": ""})
    register_data(
        PersonalData(
            model="billing.Campaign",
            find=about(user="made_by"),
            on_erase=OnErase.RETAIN,
            reason="the brand's, not the person's who wrote it",
            emptied={"made_by": None},
        ),
        PersonalData(
            model="billing.WorkflowVersion",
            find=about(user="made_by"),
            on_erase=OnErase.RETAIN,
            reason="how campaigns run; who composed it goes",
            emptied={"made_by": None, "reason": ""},
        ),
        PersonalData(
            model="billing.Collaboration",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason=f"an agreement and its money, {_LAW}; the link to the creator is cut",
            emptied={"creator": None},
        ),
    )
    register_impersonal("names of workflow templates", "billing.WorkflowTemplate")


def _register_contracts() -> None:
    """What was signed proves what was agreed: kept whole for claims; contracts nobody signed are removed first."""
    register_step(EraseStep(name="unsigned contracts", phase=Phase.DERIVED, run=_remove_unsigned))
    through = "contract__collaboration__creator"
    for model, creator, user, emptied in (
        ("ContractVersion", through, "", {}),
        ("ContractSeal", f"version__{through}", "", {}),
        ("ContractEvent", through, "actor", {"actor": None}),
        ("Signature", f"version__{through}", "signer", {"signer": None}),
        ("Contract", "collaboration__creator", "", {}),
    ):
        register_data(
            PersonalData(
                model=f"billing.{model}",
                find=about(creator=creator, user=user),
                on_erase=OnErase.RETAIN,
                reason="a signed contract, kept whole as evidence for claims (GDPR art. 17 (3) (e)); links are cut",
                emptied=emptied,
                hidden={"pdf": "a file, downloaded beside the contract"} if model in _DOCUMENTS else {},
            )
        )
    register_data(
        PersonalData(
            model="billing.ContractTemplateVersion",
            find=about(user="made_by"),
            on_erase=OnErase.RETAIN,
            reason="texts of contracts; who wrote them goes",
            emptied={"made_by": None, "reason": ""},
        )
    )
    register_impersonal("names of contract templates", "billing.ContractTemplate")


def _remove_unsigned(*, subject: Subject, now: datetime) -> int:
    from billing.services.contracts.forgetting import remove_unsigned_contracts  # models are loaded by then

    return remove_unsigned_contracts(subject=subject, now=now)


def _keep(
    model: str, user: str, reason: str, emptied: Mapping[str, Any], *, through: str = "collaboration__creator"
) -> None:
    register_data(
        PersonalData(
            model=f"billing.{model}",
            find=about(creator=through, user=user),
            on_erase=OnErase.RETAIN,
            reason=f"{reason}; {_LAW}",
            emptied={user: None, **emptied},
        )
    )
