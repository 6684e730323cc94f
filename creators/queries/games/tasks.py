"""Reads of tasks: which are open for a creator, and whether the platforms' records fulfil them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from creators.categories import list_categories_of
from creators.enums import Availability, ConnectionState
from creators.models import ContentItem, Creator, PlatformConnection, Task, TaskSubmission
from creators.queries.games.streaks import list_zone_spans
from creators.streak_rules import find_day
from creators.task_rules import ContentLink, find_period

MOST_EVIDENCE = 100
_COUNTED = (ConnectionState.ACTIVE, ConnectionState.BROKEN)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The content items that count for a rule, and how many it asks for."""

    content_ids: list[int]
    wanted: int

    @property
    def is_enough(self) -> bool:
        return len(self.content_ids) >= self.wanted


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """A task open for a creator, with what he handed in for the present period."""

    task: Task
    period: str
    submission: TaskSubmission | None


def list_tasks(*, now: datetime) -> QuerySet[Task]:
    """Return the tasks open at an instant, the first to close first."""
    rows = Task.objects.filter(Q(closes_at__isnull=True) | Q(closes_at__gt=now), is_active=True, opens_at__lte=now)
    return rows.order_by("closes_at", "pk")


def list_open_tasks(*, creator: Creator, now: datetime) -> list[OpenTask]:
    """Return the tasks open for a creator; three queries however many there are."""
    platforms = _list_platforms(creator)
    tasks = [task for task in list_tasks(now=now) if is_in_audience(task=task, creator=creator, platforms=platforms)]
    today = find_day(at=now, spans=list_zone_spans(creator_id=creator.pk, zone=creator.timezone))
    periods = {task.pk: find_period(repeat=task.repeat, today=today) for task in tasks}
    rows = TaskSubmission.objects.filter(creator=creator, task__in=tasks, period__in=set(periods.values()))
    held = {(row.task_id, row.period): row for row in rows.order_by("pk")}
    return [
        OpenTask(task=task, period=periods[task.pk], submission=held.get((task.pk, periods[task.pk]))) for task in tasks
    ]


def list_submissions(*, creator: Creator) -> QuerySet[TaskSubmission]:
    return TaskSubmission.objects.filter(creator=creator).select_related("task").order_by("-id")


def is_in_audience(*, task: Task, creator: Creator, platforms: set[str]) -> bool:
    """Return whether a task is for a creator: every list of the audience must have something of his."""
    own: dict[str, set[str]] = {
        "countries": {creator.country},
        "languages": {creator.language},
        "categories": set(list_categories_of(tags=creator.tags)),
        "platforms": platforms,
    }
    return all(set(wanted) & own[name] for name, wanted in task.audience.items())


def find_audience_platforms(*, creator: Creator) -> set[str]:
    return _list_platforms(creator)


def find_evidence(*, creator_id: int, rule: dict[str, Any], now: datetime, since: datetime) -> Evidence:
    """Return the creator's published items that count: public, of connected accounts, not before ``since``."""
    rows = _narrow(creator_id, rule, now).filter(published_at__gt=since)
    ids = list(rows.order_by("-published_at", "-pk").values_list("pk", flat=True)[:MOST_EVIDENCE])
    return Evidence(content_ids=ids, wanted=int(rule.get("count", 1)))


def find_linked_item(*, creator_id: int, rule: dict[str, Any], link: ContentLink, now: datetime) -> ContentItem | None:
    """Return the creator's own item a link leads to, when it fits the rule."""
    rows = _narrow(creator_id, rule, now).filter(platform=link.platform, external_id=link.external_id)
    return rows.first()


def _narrow(creator_id: int, rule: dict[str, Any], now: datetime) -> QuerySet[ContentItem]:
    connected = PlatformConnection.objects.filter(creator_id=creator_id, state__in=_COUNTED).values("platform")
    rows = ContentItem.objects.filter(
        creator_id=creator_id, availability=Availability.PUBLIC, platform__in=connected, published_at__lte=now
    ).defer("transcript", "description")
    if days := rule.get("within_days"):
        rows = rows.filter(published_at__gt=now - timedelta(days=days))
    if platforms := rule.get("platforms"):
        rows = rows.filter(platform__in=platforms)
    if kinds := rule.get("kinds"):
        rows = rows.filter(kind__in=kinds)
    if tag := rule.get("tag"):
        rows = rows.filter(tags__contains=[tag.lower().removeprefix("#")])
    return rows


def _list_platforms(creator: Creator) -> set[str]:
    rows = PlatformConnection.objects.filter(creator=creator, state__in=_COUNTED)
    return set(rows.values_list("platform", flat=True))
