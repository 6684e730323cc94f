"""Permission by API-key scope."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from veri.platform.http.models import ApiKey

if TYPE_CHECKING:  # DRF's views import this module while they load
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Let an API key in only with the view's ``required_scope``; people (sessions, tokens) have all scopes.

    ``required_scope`` is a name, or a mapping of method to name.
    """

    message = "This API key does not have the scope needed here."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiKey):
            return True
        required = getattr(view, "required_scope", "")
        name = required.get(request.method, "") if isinstance(required, dict) else required
        return bool(name) and name in request.auth.scopes


class IsPerson(BasePermission):
    """Refuse API keys: what manages credentials needs a person's session or token."""

    message = "API keys may not do this; sign in instead."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return request.user.is_authenticated and not isinstance(request.auth, ApiKey)
