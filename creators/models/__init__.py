from creators.models.accounts import User
from creators.models.achievement import Achievement
from creators.models.brand import Brand, BrandMember
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.exploring import (
    CreatorBlock,
    Exclusivity,
    ExploreEntry,
    SavedList,
    SavedListEntry,
    WorkTerms,
)
from creators.models.interaction import Interaction
from creators.models.points import PointEntry, Season, SeasonResult, SeasonTotal
from creators.models.snapshots import AccountSnapshot, ContentSnapshot
from creators.models.standing import CreatorScore, LatestScore, PlatformFigures, ScoreRun
from creators.models.streak import FreezeEntry, Streak, StreakDay, ZoneChange
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm
from creators.models.task import Task, TaskSubmission

__all__ = [
    "AccountSnapshot",
    "Achievement",
    "Brand",
    "BrandMember",
    "ConsentRecord",
    "ContentItem",
    "ContentSnapshot",
    "Creator",
    "CreatorBlock",
    "CreatorScore",
    "CreatorSummary",
    "CreatorTerm",
    "Exclusivity",
    "ExploreEntry",
    "FreezeEntry",
    "Interaction",
    "InteractionStub",
    "LatestScore",
    "PlatformConnection",
    "PlatformFigures",
    "PointEntry",
    "SavedList",
    "SavedListEntry",
    "ScoreRun",
    "Season",
    "SeasonResult",
    "SeasonTotal",
    "Streak",
    "StreakDay",
    "Task",
    "TaskSubmission",
    "User",
    "WorkTerms",
    "ZoneChange",
]
