"""The workflow templates a new installation begins with, one default for each kind of campaign."""

from typing import Any

from django.utils import timezone

from billing.campaign_enums import CampaignKind
from billing.models import WorkflowTemplate, WorkflowVersion

_OFFERED = {
    "state": "offered",
    "title": "Offer",
    "reminders": [
        {"key": "offer", "side": "creator", "after_days": 0, "text": "You were made an offer."},
        {"key": "answer_offer", "side": "creator", "after_days": 3, "text": "An offer waits for your answer."},
    ],
}
_COUNTERED = {
    "state": "countered",
    "title": "Counter-offer",
    "reminders": [{"key": "counter", "side": "brand", "after_days": 0, "text": "You were made a counter-offer."}],
}
_CONTRACT = {
    "state": "contract_sent",
    "title": "Signatures",
    "reminders": [
        {"key": "contract_creator", "side": "creator", "after_days": 0, "text": "You were sent a contract."},
        {"key": "contract_brand", "side": "brand", "after_days": 0, "text": "A contract is ready to be signed."},
        {"key": "sign_creator", "side": "creator", "after_days": 2, "text": "A contract waits for your signature."},
        {"key": "sign_brand", "side": "brand", "after_days": 2, "text": "A contract waits for your signature."},
    ],
}
_SIGNED = {
    "state": "signed",
    "title": "Funding",
    "reminders": [
        {"key": "fund", "side": "brand", "after_days": 1, "text": "The fee has to be held before work begins."}
    ],
}
_SUBMITTED = {
    "state": "submitted",
    "title": "Review",
    "reminders": [{"key": "review", "side": "brand", "after_days": 3, "text": "A submission waits for your review."}],
}
_APPROVED = {
    "state": "approved",
    "title": "Publication",
    "reminders": [
        {"key": "publish", "side": "creator", "after_days": 3, "text": "What was approved waits to be published."}
    ],
}


def _build_production(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"state": "in_production", "title": "Production", "tasks": list(tasks)}


_SHIP = {"key": "product_arrived", "title": "Product received", "side": "creator", "due_days": 10, "is_blocking": False}
_SCRIPT = {"key": "script", "title": "Script shared", "side": "creator", "due_days": 7, "is_blocking": False}
_REHEARSAL = {"key": "rehearsal", "title": "Stream rehearsed", "side": "creator", "due_days": 5, "is_blocking": False}
_LINK = {"key": "tracking_link", "title": "Tracking link given", "side": "brand", "due_days": 2, "is_blocking": False}
_COMMON = [_OFFERED, _COUNTERED, _CONTRACT, _SIGNED, _SUBMITTED, _APPROVED]
FIRST_WORKFLOWS: dict[str, tuple[str, dict[str, Any]]] = {
    CampaignKind.SPONSORED_VIDEO: (
        "Sponsored video",
        {"stages": [*_COMMON, _build_production(_SHIP, _SCRIPT)], "review_days": 5, "release_days": 3},
    ),
    CampaignKind.UGC: ("User-generated content", {"stages": [*_COMMON, _build_production(_SHIP)], "review_days": 4}),
    CampaignKind.LIVE_STREAM: (
        "Live stream",
        {"stages": [*_COMMON, _build_production(_REHEARSAL)], "review_days": 3, "revision_rounds": 1},
    ),
    CampaignKind.AFFILIATE: (
        "Affiliate",
        {"stages": [*_COMMON, _build_production(_LINK)], "review_days": 3, "release_days": 14},
    ),
}


def install_first_workflows(**_signal: Any) -> int:
    """Make the default template of each kind that has none; return how many were made. Existing ones stay."""
    kinds = set(WorkflowTemplate.objects.filter(is_default=True).values_list("kind", flat=True))
    missing = {kind: first for kind, first in FIRST_WORKFLOWS.items() if kind not in kinds}
    if not missing:
        return 0
    now = timezone.now()
    templates = WorkflowTemplate.objects.bulk_create(
        WorkflowTemplate(name=name, kind=kind, is_default=True, created_at=now) for kind, (name, _) in missing.items()
    )
    WorkflowVersion.objects.bulk_create(
        WorkflowVersion(template=one, number=1, definition=missing[one.kind][1], made_at=now, reason="installed")
        for one in templates
    )
    return len(templates)
