"""Paths below ``/api/v1/``: accounts, brands, creators, their consents and interactions."""

from django.urls import path

from creators.api.accounts.invites import InviteListView
from creators.api.accounts.onboarding import OnboardingView, SuggestionsView
from creators.api.accounts.passwords import AddressProofView, AddressView, PasswordView, ResetRequestView, ResetView
from creators.api.accounts.sessions import SessionView
from creators.api.accounts.sign_up import ProveEmailView, ResendView, SignUpView
from creators.api.accounts.standing import MeView
from creators.api.analytics import AnalyticsView
from creators.api.brands import BrandListView
from creators.api.connections import ConnectionStartView, ConnectionSyncView, ConnectionView
from creators.api.consents import ConsentListView
from creators.api.content import ContentListView, ContentView
from creators.api.creators import ConnectionListView, CreatorListView, CreatorView
from creators.api.exploring import ExploreView
from creators.api.games import AchievementListView, BoardView, CalendarView, PointListView, SeasonListView
from creators.api.handles import AvailabilityView, ClaimView, HoldView
from creators.api.interactions import InteractionListView, InteractionView
from creators.api.privacy import ErasureCodeView, PrivacyDownloadView, PrivacyRequestListView, PrivacyRequestView
from creators.api.saved_lists import EntryListView, EntryView, ExportView, SavedListsView, SavedListView
from creators.api.scores import ScoreHistoryView, ScoreView
from creators.api.tasks import SubmissionListView, TaskListView, TaskSubmissionView
from creators.api.terms import BlockView, WorkTermsView

urlpatterns = [
    path("analytics/events", AnalyticsView.as_view(), name="analytics-events"),
    path("auth/email", AddressView.as_view(), name="auth-email"),
    path("auth/email/confirm", AddressProofView.as_view(), name="auth-email-confirm"),
    path("auth/password", PasswordView.as_view(), name="auth-password"),
    path("auth/password-reset", ResetRequestView.as_view(), name="auth-password-reset"),
    path("auth/password-reset/confirm", ResetView.as_view(), name="auth-password-reset-confirm"),
    path("auth/prove-email", ProveEmailView.as_view(), name="auth-prove-email"),
    path("auth/session", SessionView.as_view(), name="auth-session"),
    path("auth/sign-up", SignUpView.as_view(), name="auth-sign-up"),
    path("auth/sign-up/resend", ResendView.as_view(), name="auth-sign-up-resend"),
    path("boards/<str:scope>", BoardView.as_view(), name="board"),
    path("brands", BrandListView.as_view(), name="brands"),
    path("connections/<str:id>", ConnectionView.as_view(), name="connection"),
    path("connections/<str:id>/sync", ConnectionSyncView.as_view(), name="connection-sync"),
    path("connections/<str:platform>/start", ConnectionStartView.as_view(), name="connection-start"),
    path("content", ContentListView.as_view(), name="content"),
    path("content/<str:id>", ContentView.as_view(), name="content-item"),
    path("creators", CreatorListView.as_view(), name="creators"),
    path("creators/<str:handle>", CreatorView.as_view(), name="creator"),
    path("creators/<str:handle>/achievements", AchievementListView.as_view(), name="creator-achievements"),
    path("creators/<str:handle>/blocks/<str:other>", BlockView.as_view(), name="creator-block"),
    path("creators/<str:handle>/calendar", CalendarView.as_view(), name="creator-calendar"),
    path("creators/<str:handle>/connections", ConnectionListView.as_view(), name="creator-connections"),
    path("creators/<str:handle>/consents", ConsentListView.as_view(), name="creator-consents"),
    path("creators/<str:handle>/points", PointListView.as_view(), name="creator-points"),
    path("creators/<str:handle>/score", ScoreView.as_view(), name="creator-score"),
    path("creators/<str:handle>/score/history", ScoreHistoryView.as_view(), name="creator-score-history"),
    path("creators/<str:handle>/submissions", SubmissionListView.as_view(), name="creator-submissions"),
    path("creators/<str:handle>/terms", WorkTermsView.as_view(), name="creator-terms"),
    path("explore", ExploreView.as_view(), name="explore"),
    path("handles/claims", ClaimView.as_view(), name="handle-claims"),
    path("handles/holds", HoldView.as_view(), name="handle-holds"),
    path("handles/<str:handle>/availability", AvailabilityView.as_view(), name="handle-availability"),
    path("interactions", InteractionListView.as_view(), name="interactions"),
    path("interactions/<str:id>", InteractionView.as_view(), name="interaction"),
    path("invites", InviteListView.as_view(), name="invites"),
    path("lists", SavedListsView.as_view(), name="lists"),
    path("lists/<str:id>", SavedListView.as_view(), name="list"),
    path("lists/<str:id>/entries", EntryListView.as_view(), name="list-entries"),
    path("lists/<str:id>/entries/<str:handle>", EntryView.as_view(), name="list-entry"),
    path("lists/<str:id>/export", ExportView.as_view(), name="list-export"),
    path("me", MeView.as_view(), name="me"),
    path("onboarding", OnboardingView.as_view(), name="onboarding"),
    path("onboarding/suggestions", SuggestionsView.as_view(), name="onboarding-suggestions"),
    path("privacy/erasure-code", ErasureCodeView.as_view(), name="privacy-erasure-code"),
    path("privacy/requests", PrivacyRequestListView.as_view(), name="privacy-requests"),
    path("privacy/requests/<str:id>", PrivacyRequestView.as_view(), name="privacy-request"),
    path("privacy/requests/<str:id>/download", PrivacyDownloadView.as_view(), name="privacy-request-download"),
    path("seasons", SeasonListView.as_view(), name="seasons"),
    path("tasks", TaskListView.as_view(), name="tasks"),
    path("tasks/<str:code>/submissions", TaskSubmissionView.as_view(), name="task-submissions"),
]
