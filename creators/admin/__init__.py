from creators.admin.accounts import GroupAdmin, UserAdmin
from creators.admin.creators import CreatorAdmin, PlatformConnectionAdmin
from creators.admin.interactions import InteractionAdmin

__all__ = ["CreatorAdmin", "GroupAdmin", "InteractionAdmin", "PlatformConnectionAdmin", "UserAdmin"]
