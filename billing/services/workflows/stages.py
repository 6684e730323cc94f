"""What a workflow does when a stage is entered: its tasks are made, its reminders planned."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from billing.campaign_terms import compute_end_of_day
from billing.models import CampaignReminder, CampaignTask, Collaboration
from billing.queries.workflows.definitions import find_stage


def enter_stage(*, collaboration: Collaboration, now: datetime) -> None:
    """Make the tasks and reminders of the state a collaboration is in now, once; drop those of others not due yet.

    Days count in the campaign's zone, and end with the local day.
    """
    unsent = Q(sent_at__isnull=True) & ~Q(stage=collaboration.state)
    CampaignReminder.objects.filter(unsent, collaboration=collaboration).delete()
    stage = find_stage(campaign=collaboration.campaign, state=collaboration.state)
    if stage is None:
        return
    zone = collaboration.campaign.timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    tasks = [
        CampaignTask(
            collaboration=collaboration, key=one.key, title=one.title, stage=stage.state, side=one.side,
            is_blocking=one.is_blocking, due_at=compute_end_of_day(day=today + timedelta(days=one.due_days), zone=zone),
        )
        for one in stage.tasks
    ]  # fmt: skip
    reminders = [
        CampaignReminder(
            collaboration=collaboration, key=one.key, stage=stage.state, side=one.side, text=one.text,
            due_at=now + timedelta(days=one.after_days),
        )
        for one in stage.reminders
    ]  # fmt: skip
    CampaignTask.objects.bulk_create(tasks, ignore_conflicts=True)
    CampaignReminder.objects.bulk_create(reminders, ignore_conflicts=True)
