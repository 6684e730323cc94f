"""Datasets, backfills and archives, to look at; the Migration pages act on them."""

from django.contrib import admin
from django.utils.html import format_html
from unfold.decorators import display

from migration.enums import BackfillPhase, Stage
from migration.models import BackfillRun, Dataset, DatasetArchive
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STAGE_COLORS = {
    Stage.OFF.label: "default",
    Stage.CAPTURE.label: "info",
    Stage.BACKFILL.label: "info",
    Stage.CATCHUP.label: "info",
    Stage.VERIFY.label: "info",
    Stage.SHADOW.label: "info",
    Stage.CANARY.label: "success",
    Stage.CUTOVER.label: "success",
    Stage.SOAK.label: "success",
    Stage.DONE.label: "success",
    Stage.PAUSED.label: "warning",
    Stage.ROLLED_BACK.label: "danger",
}
PHASE_COLORS = {phase.label: "success" if phase == BackfillPhase.DONE else "info" for phase in BackfillPhase}


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "stage_label",
        "came_from",
        "epoch",
        "read_percent",
        "is_capturing",
        "is_held",
        "rows_per_second",
        "stage_changed_at",
    )
    list_filter = ("stage",)
    search_fields = ("name",)
    ordering = ("pk",)

    @display(description="Stage", ordering="stage", label=STAGE_COLORS)
    def stage_label(self, dataset: Dataset) -> str:
        return dataset.get_stage_display()


@admin.register(BackfillRun)
class BackfillRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "dataset",
        "phase_label",
        "copied",
        "estimated_total",
        "orphans",
        "refused",
        "started_at",
        "updated_at",
        "finished_at",
        "problem",
    )
    list_select_related = ("dataset",)
    list_filter = ("dataset", "phase", ("finished_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)

    @display(description="Phase", label=PHASE_COLORS)
    def phase_label(self, run: BackfillRun) -> str:
        return run.get_phase_display()


@admin.register(DatasetArchive)
class DatasetArchiveAdmin(ReadOnlyAdmin):
    list_display = ("id", "dataset", "rows", "size", "created_by", "created_at", "keep_until", "removed_at")
    list_select_related = ("dataset",)
    list_filter = ("dataset",)
    ordering = ("-id",)
    readonly_fields = ("how_to_verify", "how_to_restore")

    @admin.display(description="Verify")
    def how_to_verify(self, archive: DatasetArchive) -> str:
        return format_html("<code>manage.py migration verify-archive {}</code>", archive.pk)

    @admin.display(description="Restore")
    def how_to_restore(self, archive: DatasetArchive) -> str:
        return format_html("<code>manage.py migration restore-archive {} --reason …</code>", archive.pk)
