"""YouTube's client."""

from creators.clients.client import ManyAccounts, PlatformClient
from creators.clients.records import Charge
from creators.clients.youtube.oauth import YouTubeBackend
from creators.clients.youtube.reads import build_account, list_content, look_up_content, read_account, read_accounts

UNIT = Charge(bucket="units", amount=1)
CLIENT = PlatformClient(
    platform="youtube",
    backend=YouTubeBackend,
    required=frozenset(YouTubeBackend.SCOPES),
    read_account=read_account,
    list_content=list_content,
    look_up_content=look_up_content,
    lookup_size=50,
    account_charges=(UNIT,),
    list_charges=(Charge(bucket="units", amount=2),),
    charge_lookup=lambda count: (UNIT,),
    many_accounts=ManyAccounts(at_once=50, read=read_accounts, build=build_account, charges=(UNIT,)),
)
