from creators.models.accounts import User
from creators.models.creator import Creator, PlatformConnection
from creators.models.interaction import Interaction

__all__ = ["Creator", "Interaction", "PlatformConnection", "User"]
