from creators.admin.accounts import GroupAdmin, UserAdmin
from creators.admin.brands import BrandAdmin, BrandMemberAdmin
from creators.admin.consents import ConsentRecordAdmin
from creators.admin.content import ContentItemAdmin
from creators.admin.creators import CreatorAdmin, PlatformConnectionAdmin
from creators.admin.exploring import (
    CreatorBlockAdmin,
    ExclusivityAdmin,
    ExploreEntryAdmin,
    SavedListAdmin,
    SavedListEntryAdmin,
    WorkTermsAdmin,
)
from creators.admin.games import (
    AchievementAdmin,
    FreezeEntryAdmin,
    PointEntryAdmin,
    SeasonAdmin,
    SeasonResultAdmin,
    SeasonTotalAdmin,
    StreakAdmin,
    StreakDayAdmin,
    ZoneChangeAdmin,
)
from creators.admin.interactions import InteractionAdmin
from creators.admin.snapshots import AccountSnapshotAdmin, ContentSnapshotAdmin
from creators.admin.standing import CreatorScoreAdmin, LatestScoreAdmin, PlatformFiguresAdmin, ScoreRunAdmin
from creators.admin.stubs import InteractionStubAdmin
from creators.admin.summaries import CreatorSummaryAdmin
from creators.admin.tasks import TaskAdmin, TaskSubmissionAdmin

__all__ = [
    "AccountSnapshotAdmin",
    "AchievementAdmin",
    "BrandAdmin",
    "BrandMemberAdmin",
    "ConsentRecordAdmin",
    "ContentItemAdmin",
    "ContentSnapshotAdmin",
    "CreatorAdmin",
    "CreatorBlockAdmin",
    "CreatorScoreAdmin",
    "CreatorSummaryAdmin",
    "ExclusivityAdmin",
    "ExploreEntryAdmin",
    "FreezeEntryAdmin",
    "GroupAdmin",
    "InteractionAdmin",
    "InteractionStubAdmin",
    "LatestScoreAdmin",
    "PlatformConnectionAdmin",
    "PlatformFiguresAdmin",
    "PointEntryAdmin",
    "SavedListAdmin",
    "SavedListEntryAdmin",
    "ScoreRunAdmin",
    "SeasonAdmin",
    "SeasonResultAdmin",
    "SeasonTotalAdmin",
    "StreakAdmin",
    "StreakDayAdmin",
    "TaskAdmin",
    "TaskSubmissionAdmin",
    "UserAdmin",
    "WorkTermsAdmin",
    "ZoneChangeAdmin",
]
