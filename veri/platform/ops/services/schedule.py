"""The beat schedule in the database."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction


def install_default_schedule() -> list[str]:
    """Create the entries of ``DEFAULT_SCHEDULE`` whose names do not exist; return their names.

    An entry that exists is never touched: staff may have changed or disabled it.
    """
    from django_celery_beat.models import PeriodicTask  # loads on first use

    with transaction.atomic():
        existing = set(PeriodicTask.objects.values_list("name", flat=True))
        missing = [name for name in settings.DEFAULT_SCHEDULE if name not in existing]
        for name in missing:
            task, period, queue = settings.DEFAULT_SCHEDULE[name]
            _create_entry(name=name, task=task, period=period, queue=queue)
    return missing


def _create_entry(*, name: str, task: str, period: timedelta, queue: str) -> None:
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # same

    every = IntervalSchedule.objects.filter(every=int(period.total_seconds()), period=IntervalSchedule.SECONDS).first()
    every = every or IntervalSchedule.objects.create(every=int(period.total_seconds()), period=IntervalSchedule.SECONDS)
    # A run missed while beat was down is not made up for: expiry keeps the queue from filling with repeats.
    PeriodicTask.objects.create(
        name=name, task=task, interval=every, queue=queue, expire_seconds=max(int(period.total_seconds()), 30)
    )
