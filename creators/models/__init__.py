from creators.models.accounts import User
from creators.models.brand import Brand, BrandMember
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.interaction import Interaction
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm

__all__ = [
    "Brand",
    "BrandMember",
    "ConsentRecord",
    "ContentItem",
    "Creator",
    "CreatorSummary",
    "CreatorTerm",
    "Interaction",
    "InteractionStub",
    "PlatformConnection",
    "User",
]
