"""TikTok's client. Each endpoint has a sliding window of its own."""

from creators.clients.client import PlatformClient
from creators.clients.records import Charge
from creators.clients.tiktok.oauth import TikTokBackend
from creators.clients.tiktok.reads import list_content, look_up_content, read_account

CLIENT = PlatformClient(
    platform="tiktok",
    backend=TikTokBackend,
    required=frozenset({"user.info.basic"}),
    read_account=read_account,
    list_content=list_content,
    look_up_content=look_up_content,
    lookup_size=20,
    account_charges=(Charge(bucket="user.info", amount=1),),
    list_charges=(Charge(bucket="video.list", amount=1),),
    charge_lookup=lambda count: (Charge(bucket="video.query", amount=1),),
)
