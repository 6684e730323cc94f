"""Twitch's client."""

from creators.clients.client import PlatformClient
from creators.clients.records import Charge
from creators.clients.twitch.oauth import TwitchBackend
from creators.clients.twitch.reads import list_content, look_up_content, read_account

POINT = Charge(bucket="points", amount=1)
CLIENT = PlatformClient(
    platform="twitch",
    backend=TwitchBackend,
    required=frozenset(),  # public reads need no scope; without one some counters stay unknown
    read_account=read_account,
    list_content=list_content,
    look_up_content=look_up_content,
    lookup_size=100,
    account_charges=(Charge(bucket="points", amount=2),),
    list_charges=(POINT,),
    charge_lookup=lambda count: (POINT,),
)
