"""X's client. Every record read is paid for: a post half a cent, a user one."""

from creators.clients.client import PlatformClient
from creators.clients.records import Charge
from creators.clients.x.oauth import XBackend
from creators.clients.x.reads import PAGE, list_content, look_up_content, read_account

POST_PRICE = 5_000  # millionths of a dollar
USER_PRICE = 10_000


def _charge_posts(count: int) -> tuple[Charge, ...]:
    return (Charge(bucket="dollars", amount=count * POST_PRICE),)


CLIENT = PlatformClient(
    platform="x",
    backend=XBackend,
    required=frozenset({"users.read", "tweet.read"}),
    read_account=read_account,
    list_content=list_content,
    look_up_content=look_up_content,
    lookup_size=100,
    account_charges=(Charge(bucket="dollars", amount=USER_PRICE),),
    list_charges=_charge_posts(PAGE),
    charge_lookup=_charge_posts,
)
