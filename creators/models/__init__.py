from creators.models.accounts import AccountProof, Invite, RecoveryCode, SecondFactor, User
from creators.models.brand import Brand, BrandMember
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.handles import FormerHandle, HandleHold, ReservedHandle
from creators.models.interaction import Interaction
from creators.models.snapshots import AccountSnapshot, ContentSnapshot
from creators.models.standing import CreatorScore, LatestScore, PlatformFigures, ScoreRun
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm

__all__ = [
    "AccountProof",
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
    "FormerHandle",
    "HandleHold",
    "Interaction",
    "InteractionStub",
    "Invite",
    "LatestScore",
    "PlatformConnection",
    "PlatformFigures",
    "RecoveryCode",
    "ReservedHandle",
    "ScoreRun",
    "SecondFactor",
    "User",
]
