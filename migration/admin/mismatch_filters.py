"""Filters of the mismatch browser: run, dataset, field, age, open or not."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Func, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from migration.models import ParityMismatch, ParityRun
from migration.registry import iterate_specs

Rows = QuerySet[ParityMismatch]
AGES = {"1": "over an hour", "24": "over a day", "168": "over a week"}
NEWEST = 20_000  # rows looked at for the names of fields


class RunFilter(admin.SimpleListFilter):
    """The newest runs only: a run's number also comes from a link."""

    title = "run"
    parameter_name = "run"
    shown = 15

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        recent = list(
            ParityRun.objects.filter(mismatched__gt=0).select_related("dataset").order_by("-pk")[: self.shown]
        )
        chosen = self.value()
        known = [(str(run.pk), f"{run.pk}: {run}") for run in recent]
        return known if not chosen or chosen in dict(known) else [(chosen, f"{chosen}"), *known]

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset.filter(run=int(chosen)) if chosen and chosen.isdecimal() else queryset


class DatasetFilter(admin.SimpleListFilter):
    title = "dataset"
    parameter_name = "dataset"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(spec.name, spec.label) for spec in iterate_specs()]

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset.filter(run__dataset__name=chosen) if chosen else queryset


class FieldFilter(admin.SimpleListFilter):
    """The fields that differ somewhere among the newest mismatches."""

    title = "field"
    parameter_name = "field"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        newest = ParityMismatch.objects.order_by("-pk").values_list(Func(F("fields"), function="unnest"), flat=True)
        names = sorted(set(newest[:NEWEST]))
        chosen = self.value()
        return [(name, name) for name in ([*names, chosen] if chosen and chosen not in names else names)]

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        return queryset.filter(fields__contains=[chosen]) if chosen else queryset


class AgeFilter(admin.SimpleListFilter):
    title = "age"
    parameter_name = "age"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return list(AGES.items())

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        chosen = self.value()
        if chosen not in AGES:
            return queryset
        return queryset.filter(first_seen__lte=timezone.now() - timedelta(hours=int(chosen)))


class OpenFilter(admin.SimpleListFilter):
    """Whether anybody has to do something about it."""

    title = "repair"
    parameter_name = "open"
    conditions: ClassVar[dict[str, dict[str, Any]]] = {
        "yes": {"resolved_at": None},
        "waiting": {"resolved_at": None, "repaired_at": None},
        "sent": {"resolved_at": None, "repaired_at__isnull": False},
        "resolved": {"resolved_at__isnull": False},
    }

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("yes", "Still open"),
            ("waiting", "Not sent for repair"),
            ("sent", "Sent, not yet proven right"),
            ("resolved", "Proven right"),
        ]

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(**self.conditions.get(self.value() or "", {}))
