"""The search index in the console: for looking up why something is or is not found."""

from django.contrib import admin

from memory.models import IndexedDocument, Posting, Utterance
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(IndexedDocument)
class IndexedDocumentAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "kind", "target_id", "length")
    list_select_related = ("creator",)
    list_filter = ("kind",)
    search_fields = ("=target_id",)
    search_help_text = "The id of a memory or an interaction."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "term", "kind", "target_id", "frequency", "length")
    list_select_related = ("creator",)
    list_filter = ("kind",)
    search_fields = ("=creator__handle", "=term")
    search_help_text = "A handle and a term, as it is indexed: lumenkitchen sponsor."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Utterance)
class UtteranceAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "conversation", "position", "speaker", "interaction_id", "is_question")
    list_select_related = ("creator",)
    search_fields = ("=interaction_id", "=conversation")
    search_help_text = "The id of an interaction, or a platform and a channel: chat:team."
    ordering = ("-id",)
    sortable_by = ()
