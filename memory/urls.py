"""Paths below ``/api/v1/``: the assistant, memories, search, feedback and recommendations."""

from django.urls import path

from memory.api.answer_feedback import AnswerFeedbackView
from memory.api.assistant import ChatView
from memory.api.feedback import FeedbackView
from memory.api.forgetting import ForgetMemoryView, ForgetRequestView, ForgetView, RestoreView
from memory.api.matches import IntroductionView, MatchDecisionView, MatchListView, MatchView
from memory.api.memories import EvidenceView, MemoryListView, MemoryView, SlotHistoryView
from memory.api.predictions import PredictionListView
from memory.api.recommendations import RecommendationsView
from memory.api.search import CreatorSearchView, OwnSearchView, SimilarCreatorsView

urlpatterns = [
    path("assistant/chat", ChatView.as_view(), name="assistant-chat"),
    path("assistant/answers/<str:id>/feedback", AnswerFeedbackView.as_view(), name="assistant-answer-feedback"),
    path("memories", MemoryListView.as_view(), name="memories"),
    path("memories/forget", ForgetView.as_view(), name="memories-forget"),
    path("memories/forget/<str:id>", ForgetRequestView.as_view(), name="forget-request"),
    path("memories/restore", RestoreView.as_view(), name="memories-restore"),
    path("memories/history", SlotHistoryView.as_view(), name="memory-history"),
    path("memories/<str:id>", MemoryView.as_view(), name="memory"),
    path("memories/<str:id>/forget", ForgetMemoryView.as_view(), name="memory-forget"),
    path("collaborations/<str:id>/predictions", PredictionListView.as_view(), name="collaboration-predictions"),
    path("matches", MatchListView.as_view(), name="matches"),
    path("matches/<str:id>", MatchView.as_view(), name="match"),
    path("matches/<str:id>/decisions", MatchDecisionView.as_view(), name="match-decisions"),
    path("creators/<str:handle>/introduction", IntroductionView.as_view(), name="creator-introduction"),
    path("search", OwnSearchView.as_view(), name="search"),
    path("search/creators", CreatorSearchView.as_view(), name="search-creators"),
    path("creators/<str:handle>/similar", SimilarCreatorsView.as_view(), name="creator-similar"),
    path("feedback", FeedbackView.as_view(), name="feedback"),
    path("recommendations", RecommendationsView.as_view(), name="recommendations"),
    path("memories/<str:id>/evidence", EvidenceView.as_view(), name="memory-evidence"),
]
