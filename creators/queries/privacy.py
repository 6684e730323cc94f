"""Reads of privacy requests."""

from django.db.models import QuerySet

from creators.models import PrivacyRequest, User


def list_privacy_requests(*, acting_user: User) -> QuerySet[PrivacyRequest]:
    """Return a user's own requests, also for staff: others' are the privacy desk's."""
    return PrivacyRequest.objects.filter(user_key=acting_user.pk)


def get_privacy_request(*, request_id: int, acting_user: User) -> PrivacyRequest:
    """Return one of a user's own requests.

    Raises:
        PrivacyRequest.DoesNotExist: unknown, or somebody else's.
    """
    return list_privacy_requests(acting_user=acting_user).get(pk=request_id)
