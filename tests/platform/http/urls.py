"""Views that show what the platform makes of errors, limits, keys and scopes."""

from django.core.exceptions import SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpResponseNotAllowed
from django.urls import include, path
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from veri.platform.connections.errors import StoreUnavailable
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, ProblemError

ERRORS = {
    "defect": lambda: ZeroDivisionError("secret detail"),
    "away": lambda: OperationalError("host secret-host is down"),
    "closed": lambda: InterfaceError("closed"),
    "data": lambda: DataError("NUL"),
    "mongo": lambda: StoreUnavailable(store="mongo"),
    "missing": lambda: Http404("x"),
    "suspicious": lambda: SuspiciousOperation("x"),
    "conflict": lambda: ProblemError(kind=CONFLICT, detail="Taken.", extensions={"winner": 7}),
    "unicode": b"\xff".decode,
}


class Item(serializers.Serializer):
    text = serializers.CharField()


class Body(serializers.Serializer):
    items = Item(many=True)


class RaiseView(APIView):
    permission_classes = [AllowAny]

    def get(self, request, kind):
        error = ERRORS[kind]()
        raise error

    def post(self, request, kind):
        Body(data=request.data).is_valid(raise_exception=True)
        return Response({"ok": True})


def plain_view(request, kind):
    if kind == "not-allowed":
        return HttpResponseNotAllowed(["POST"])
    error = ERRORS[kind]()
    raise error


class CountingView(IdempotentViewMixin, APIView):
    calls = []

    def post(self, request):
        type(self).calls.append(request.data)
        if request.data.get("fail") == "server":
            raise ZeroDivisionError
        if request.data.get("fail") == "away":
            raise OperationalError
        if request.data.get("fail") == "client":
            raise ProblemError(kind=CONFLICT)
        return Response({"call": len(type(self).calls)}, status=201)


class ScopedView(APIView):
    permission_classes = [HasScope]
    required_scope = {"GET": "search"}

    def get(self, request):
        return Response({"user": request.user.get_username()})

    def post(self, request):
        return Response({})


class LimitedView(APIView):
    permission_classes = [AllowAny]
    throttle_scope = "assistant"

    def get(self, request):
        return Response({"backend": connection.vendor})


class OpenView(APIView):
    permission_classes = [AllowAny]

    def get(self, request):
        return Response({})


urlpatterns = [
    path("api/v1/raise/<str:kind>", RaiseView.as_view()),
    path("api/plain/<str:kind>", plain_view),
    path("page/<str:kind>", plain_view),
    path("api/v1/counting", CountingView.as_view()),
    path("api/v1/scoped", ScopedView.as_view()),
    path("api/v1/limited", LimitedView.as_view()),
    path("api/v1/open", OpenView.as_view()),
    path("health/open", OpenView.as_view()),
    path("api/v1/", include("veri.platform.http.urls")),
    path("", include("veri.platform.ops.urls")),
]
handler400 = "veri.platform.http.error_views.handle_bad_request"
handler403 = "veri.platform.http.error_views.handle_permission_denied"
handler404 = "veri.platform.http.error_views.handle_not_found"
handler500 = "veri.platform.http.error_views.handle_server_error"
