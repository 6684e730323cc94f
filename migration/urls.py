"""Paths below ``/api/v1/``: the staff API of the migration."""

from django.urls import path

from migration.api.datasets import DatasetListView, DatasetView, MismatchListView, NextStepView
from migration.api.flags import FlagListView, FlagShareView, FlagView
from migration.api.rollouts import PurgeQuarantinedView, RetryQuarantinedView, RolloutView
from migration.api.steps import (
    CanaryView,
    PauseView,
    PromoteView,
    ResumeView,
    RollBackView,
    StartView,
    StopView,
    ThrottleView,
)
from migration.api.work import ArchiveView, BackfillView, PreflightView, ReconcileView, VerifyView

_STEPS = {
    "promote": PromoteView,
    "pause": PauseView,
    "resume": ResumeView,
    "roll-back": RollBackView,
    "start": StartView,
    "stop": StopView,
    "throttle": ThrottleView,
    "canary": CanaryView,
    "preflight": PreflightView,
    "backfill": BackfillView,
    "verify": VerifyView,
    "reconcile": ReconcileView,
    "archive": ArchiveView,
    "rollout": RolloutView,
}
urlpatterns = [
    path("migration/flags", FlagListView.as_view(), name="migration-flags"),
    path("migration/flags/<str:flag>", FlagView.as_view(), name="migration-flag"),
    path("migration/flags/<str:flag>/share", FlagShareView.as_view(), name="migration-flag-share"),
    path("migration/quarantine/retry", RetryQuarantinedView.as_view(), name="migration-quarantine-retry"),
    path("migration/quarantine/purge", PurgeQuarantinedView.as_view(), name="migration-quarantine-purge"),
    path("migration/datasets", DatasetListView.as_view(), name="migration-datasets"),
    path("migration/datasets/<str:dataset>", DatasetView.as_view(), name="migration-dataset"),
    path("migration/datasets/<str:dataset>/next-step", NextStepView.as_view(), name="migration-next-step"),
    path("migration/datasets/<str:dataset>/mismatches", MismatchListView.as_view(), name="migration-mismatches"),
    *(
        path(f"migration/datasets/<str:dataset>/{name}", view.as_view(), name=f"migration-{name}")
        for name, view in _STEPS.items()
    ),
]
