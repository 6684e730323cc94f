"""Paths below ``/api/v1/``: brands, creators, their consents and interactions."""

from django.urls import path

from creators.api.brands import BrandListView
from creators.api.consents import ConsentListView
from creators.api.content import ContentListView, ContentView
from creators.api.creators import ConnectionListView, CreatorListView, CreatorView
from creators.api.games import AchievementListView, BoardView, CalendarView, PointListView, SeasonListView
from creators.api.interactions import InteractionListView, InteractionView
from creators.api.scores import ScoreHistoryView, ScoreView
from creators.api.tasks import SubmissionListView, TaskListView, TaskSubmissionView

urlpatterns = [
    path("boards/<str:scope>", BoardView.as_view(), name="board"),
    path("brands", BrandListView.as_view(), name="brands"),
    path("content", ContentListView.as_view(), name="content"),
    path("content/<str:id>", ContentView.as_view(), name="content-item"),
    path("creators", CreatorListView.as_view(), name="creators"),
    path("creators/<str:handle>", CreatorView.as_view(), name="creator"),
    path("creators/<str:handle>/achievements", AchievementListView.as_view(), name="creator-achievements"),
    path("creators/<str:handle>/calendar", CalendarView.as_view(), name="creator-calendar"),
    path("creators/<str:handle>/connections", ConnectionListView.as_view(), name="creator-connections"),
    path("creators/<str:handle>/consents", ConsentListView.as_view(), name="creator-consents"),
    path("creators/<str:handle>/points", PointListView.as_view(), name="creator-points"),
    path("creators/<str:handle>/score", ScoreView.as_view(), name="creator-score"),
    path("creators/<str:handle>/score/history", ScoreHistoryView.as_view(), name="creator-score-history"),
    path("creators/<str:handle>/submissions", SubmissionListView.as_view(), name="creator-submissions"),
    path("interactions", InteractionListView.as_view(), name="interactions"),
    path("interactions/<str:id>", InteractionView.as_view(), name="interaction"),
    path("seasons", SeasonListView.as_view(), name="seasons"),
    path("tasks", TaskListView.as_view(), name="tasks"),
    path("tasks/<str:code>/submissions", TaskSubmissionView.as_view(), name="task-submissions"),
]
