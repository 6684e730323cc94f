"""Who may use the staff API: people on the staff, each step with its own permission; API keys never."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from veri.platform.http.models import ApiKey


class IsOperator(BasePermission):
    """Let staff in who have the view's ``required_permission``, by name or by method."""

    message = "Your account may not do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        user: Any = request.user
        if isinstance(request.auth, ApiKey) or not (user.is_authenticated and user.is_staff):
            return False
        required = getattr(view, "required_permission", "")
        name = required.get(request.method, "") if isinstance(required, dict) else required
        return bool(name) and user.has_perm(name)
