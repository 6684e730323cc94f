"""Sign in and out with a session: for front ends on our own site."""

from django.contrib.auth import login, logout
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.accounts.sign_up import AnonymousView
from creators.api.accounts.standing import StandingSerializer
from creators.queries.accounts import get_standing, needs_second_factor
from creators.sign_in import mark_passed
from veri.platform.http.api.tokens import CredentialsSerializer, sign_in
from veri.platform.http.requests import unwrap_request


@method_decorator(csrf_protect, name="dispatch")
class SessionView(AnonymousView):
    """Guarded against forgery also where nobody is signed in: else a stranger could sign somebody in as himself."""

    @extend_schema(operation_id="auth_session_prepare", responses={204: OpenApiResponse()}, auth=[])
    @method_decorator(ensure_csrf_cookie)
    def get(self, request: Request) -> Response:
        """Get the cookie whose value each POST and DELETE here repeats in the header `X-CSRFToken`."""
        return Response(status=204)

    @extend_schema(
        operation_id="auth_session_create",
        request=CredentialsSerializer,
        responses={200: StandingSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Sign in with a session cookie."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = sign_in(request, dict(credentials.validated_data))
        plain = unwrap_request(request)
        login(plain, user)
        if needs_second_factor(user=user):
            mark_passed(user=user, session=plain.session)
        return Response(StandingSerializer(get_standing(user=user)).data)

    @extend_schema(operation_id="auth_session_end", request=None, responses={204: OpenApiResponse()}, auth=[])
    def delete(self, request: Request) -> Response:
        """End the session."""
        logout(unwrap_request(request))
        return Response(status=204)
