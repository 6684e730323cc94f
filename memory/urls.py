"""Paths below ``/api/v1/``: the assistant and memories."""

from django.urls import path

from memory.api.assistant import ChatView
from memory.api.memories import EvidenceView, MemoryListView, MemoryView, SlotHistoryView

urlpatterns = [
    path("assistant/chat", ChatView.as_view(), name="assistant-chat"),
    path("memories", MemoryListView.as_view(), name="memories"),
    path("memories/history", SlotHistoryView.as_view(), name="memory-history"),
    path("memories/<str:id>", MemoryView.as_view(), name="memory"),
    path("memories/<str:id>/evidence", EvidenceView.as_view(), name="memory-evidence"),
]
