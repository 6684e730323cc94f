"""Reads of requests to forget."""

from creators.models import User
from creators.queries.creators import list_creators
from memory.models import ForgetRequest


def get_forget_request(*, request_id: int, acting_user: User) -> ForgetRequest:
    """Return a request about a creator the user may see.

    Raises:
        ForgetRequest.DoesNotExist: unknown, or somebody else's.
    """
    found = ForgetRequest.objects.select_related("creator")
    return found.get(pk=request_id, creator__in=list_creators(acting_user=acting_user))
