"""Workflow templates: read strictly, never changed, kept by what runs; tasks and reminders once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from billing.campaign_errors import GuardNotMet, InvalidTerms, MoveNotAllowed
from billing.first_workflows import FIRST_WORKFLOWS, install_first_workflows
from billing.models import CampaignReminder, CampaignTask, Collaboration, WorkflowTemplate, WorkflowVersion
from billing.services.campaigns.advancing import advance_campaigns
from billing.services.campaigns.campaigns import brief_campaign, create_campaign, invite_creator
from billing.services.campaigns.offers import accept_offer
from billing.services.campaigns.production import start_production
from billing.services.workflows.tasks import complete_task
from billing.services.workflows.templates import add_workflow_version
from billing.workflow_definition import check_definition
from creators.models import User
from tests.billing.campaigns.conftest import BRIEF, FEE, NOW, offer
from tests.billing.campaigns.running import LATER, pay, sign_by_both
from veri.platform.ops.models import AuditEntry, Notification

pytestmark = pytest.mark.django_db(transaction=True)
BLOCKING = {
    "stages": [
        {
            "state": "funded",
            "title": "Preparation",
            "tasks": [{"key": "script", "title": "Script", "side": "creator", "due_days": 2, "is_blocking": True}],
            "reminders": [{"key": "nudge", "side": "brand", "after_days": 1, "text": "Send the product."}],
        }
    ],
    "review_days": 2,
}


@pytest.fixture
def chief(db):
    return User.objects.create_superuser("chief")


def add(chief, definition, *, kind="sponsored_video"):
    template = WorkflowTemplate.objects.get(kind=kind)
    return add_workflow_version(template=template, definition=definition, acting_user=chief, reason="autumn", now=NOW)


def test_first_templates_can_stand_and_are_made_once():
    assert all(check_definition(definition).stages for _name, definition in FIRST_WORKFLOWS.values())
    assert install_first_workflows() == 0
    assert WorkflowVersion.objects.count() == 4


def test_definition_that_cannot_stand_is_not_kept(chief):
    with pytest.raises(InvalidTerms):
        add(chief, {"stages": [{"state": "dancing", "title": "x"}]})
    assert (WorkflowVersion.objects.count(), AuditEntry.objects.count()) == (4, 0)


def test_change_is_a_new_version_and_what_runs_keeps_its_own(chief, campaign, brand, buyer):
    made = add(chief, BLOCKING)
    later = create_campaign(brand=brand, actor=buyer, now=NOW, **BRIEF)
    assert (campaign.workflow_version.number, made.number, later.workflow_version) == (1, 2, made)
    with pytest.raises(DatabaseError, match="append-only"):
        WorkflowVersion.objects.filter(pk=made.pk).update(definition={})
    entry = AuditEntry.objects.get(action="workflow.version_added")
    assert (entry.reason, entry.after["number"]) == ("autumn", 2)


def test_blocking_task_holds_its_stage_and_its_reminder_is_sent_once(chief, brand, buyer, maker, creator):
    add(chief, BLOCKING)
    campaign = brief_campaign(
        campaign=create_campaign(brand=brand, actor=buyer, now=NOW, **BRIEF), actor=buyer, now=NOW
    )
    part = invite_creator(campaign=campaign, creator=creator, actor=buyer, now=NOW)
    made = offer(part, buyer)
    accept_offer(collaboration=part, number=made.number, actor=maker, now=NOW)
    sign_by_both(part, buyer, maker)
    pay(campaign, FEE)
    task = CampaignTask.objects.get()
    assert task.due_at.isoformat() == "2026-11-04T00:00:00+00:00"  # the end of the second local day
    part = Collaboration.objects.get()
    with pytest.raises(GuardNotMet, match="To be done first: Script"):
        start_production(collaboration=part, actor=maker, now=LATER)
    with pytest.raises(MoveNotAllowed):
        complete_task(collaboration=part, key="script", actor=buyer, now=LATER)
    day = timedelta(days=1)
    assert [advance_campaigns(now=LATER + day * count).done["reminded"] for count in (0, 1, 2)] == [0, 1, 0]
    assert Notification.objects.filter(recipient="buyer@ovenly.example").count() == 1
    complete_task(collaboration=part, key="script", actor=maker, now=LATER)
    assert start_production(collaboration=part, actor=maker, now=LATER).state == "in_production"


def test_reminder_of_a_stage_that_was_left_is_not_sent(collaboration, buyer, maker):
    made = offer(collaboration, buyer)
    assert advance_campaigns(now=NOW).done["reminded"] == 1
    waiting = CampaignReminder.objects.filter(sent_at=None)
    assert [(one.stage, one.key) for one in waiting] == [("offered", "answer_offer")]
    accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)
    assert waiting.all().count() == 0
    assert advance_campaigns(now=NOW + timedelta(days=9)).done["reminded"] == 0
