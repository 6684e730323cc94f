"""Datasets and backfills, to look at; the Reconciliation page acts on them."""

from django.contrib import admin
from unfold.decorators import display

from migration.enums import Stage
from migration.models import BackfillRun, Dataset
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STAGE_COLORS = {
    Stage.OFF.label: "default",
    Stage.CAPTURE.label: "info",
    Stage.BACKFILL.label: "info",
    Stage.CATCHUP.label: "warning",
    Stage.VERIFY.label: "success",
    Stage.CUTOVER.label: "success",
}


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ("name", "stage_label", "epoch", "is_capturing", "stage_changed_at")
    list_filter = ("stage",)
    search_fields = ("name",)
    ordering = ("pk",)

    @display(description="Stage", ordering="stage", label=STAGE_COLORS)
    def stage_label(self, dataset: Dataset) -> str:
        return dataset.get_stage_display()


@admin.register(BackfillRun)
class BackfillRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "dataset", "copied", "estimated_total", "orphans", "started_at", "updated_at", "finished_at")
    list_select_related = ("dataset",)
    list_filter = ("dataset", ("finished_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
