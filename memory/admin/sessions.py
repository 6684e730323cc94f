"""Sessions that language models read, and how memories are used: read-only."""

from django.contrib import admin
from unfold.decorators import display

from memory.enums import SessionState
from memory.models import MemoryUse, ProcessedSession
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATE_COLORS = {
    SessionState.RUNNING.label: "info",
    SessionState.DONE.label: "success",
    SessionState.WAITING.label: "warning",
    SessionState.FAILED.label: "danger",
}


@admin.register(ProcessedSession)
class ProcessedSessionAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "processor", "conversation", "state_label", "accepted", "attempt", "recorded_at")
    list_select_related = ("creator",)
    list_filter = ("state", "processor")
    search_fields = ("=creator__handle", "=conversation")
    search_help_text = "A handle, or a platform and a channel: chat:team."
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("creator", "processor", "model", "conversation", "last_interaction_id", "interactions", "state", "attempt"),
        *("accepted", "rejected", "error", "lease_until", "recorded_at"),
    )

    @display(description="State", label=STATE_COLORS)
    def state_label(self, session: ProcessedSession) -> str:
        return session.get_state_display()


@admin.register(MemoryUse)
class MemoryUseAdmin(ReadOnlyAdmin):
    list_display = ("memory", "times_cited", "last_cited_at")
    list_select_related = ("memory",)
    search_fields = ("=memory__id",)
    search_help_text = "The id of a memory."
    ordering = ("-memory_id",)
    sortable_by = ()
