from creators.models.accounts import User
from creators.models.brand import Brand, BrandMember
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.interaction import Interaction
from creators.models.snapshots import AccountSnapshot, ContentSnapshot
from creators.models.standing import CreatorScore, LatestScore, PlatformFigures, ScoreRun
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm

__all__ = [
    "AccountSnapshot",
    "Brand",
    "BrandMember",
    "ConsentRecord",
    "ContentItem",
    "ContentSnapshot",
    "Creator",
    "CreatorScore",
    "CreatorSummary",
    "CreatorTerm",
    "Interaction",
    "InteractionStub",
    "LatestScore",
    "PlatformConnection",
    "PlatformFigures",
    "ScoreRun",
    "User",
]
