"""Where platforms send what happened: bytes in, a status out."""

import time

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from creators.clients.client import CONNECTABLE
from creators.clients.signatures import DeliveryRefused
from creators.enums import Platform
from creators.services.webhooks.accepting import LARGEST, accept_delivery
from creators.services.webhooks.handshakes import answer_challenge, answer_crc_request
from creators.services.webhooks.metrics import WEBHOOK_SECONDS, WEBHOOKS
from veri.platform.http.problems import (
    MALFORMED_REQUEST,
    NOT_FOUND,
    PERMISSION_DENIED,
    Problem,
    ProblemKind,
    ProblemResponse,
    get_kind_for_status,
)

NO_CONTENT, TOO_LARGE = 204, 413
_KINDS: dict[str, ProblemKind] = {
    "malformed": MALFORMED_REQUEST,
    "empty": MALFORMED_REQUEST,
    "too_large": get_kind_for_status(TOO_LARGE),
    "not_configured": NOT_FOUND,
}
_HANDSHAKES = {Platform.YOUTUBE.value, Platform.X.value}


@csrf_exempt  # signed by the platform instead
def webhook_view(request: HttpRequest, platform: str) -> HttpResponse:
    """Take a delivery, or answer a handshake."""
    started = time.perf_counter()
    if platform not in CONNECTABLE:
        return ProblemResponse(problem=Problem(kind=NOT_FOUND), request=request)
    allowed = ["GET", "POST"] if platform in _HANDSHAKES else ["POST"]
    if request.method not in allowed:
        return HttpResponseNotAllowed(allowed)
    try:
        response, outcome = _take(request, platform) if request.method == "POST" else _shake_hands(request, platform)
    except DeliveryRefused as refusal:
        response, outcome = _refuse(request, platform, refusal.reason), refusal.reason
    WEBHOOKS.labels(platform, outcome).inc()
    WEBHOOK_SECONDS.labels(platform).observe(time.perf_counter() - started)
    return response


def _take(request: HttpRequest, platform: str) -> tuple[HttpResponse, str]:
    accepted = accept_delivery(
        platform=platform,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_read_body(request),
        subscription_id=request.GET.get("subscription", ""),
        now=timezone.now(),
    )
    if accepted.answer:
        return HttpResponse(accepted.answer, content_type="text/plain"), accepted.outcome
    return HttpResponse(status=NO_CONTENT), accepted.outcome


def _read_body(request: HttpRequest) -> bytes:
    """Return the raw body; one that says it is too large is not read at all."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST:
        raise DeliveryRefused("too_large")
    try:
        return request.body
    except RequestDataTooBig as error:  # it said nothing, and was
        raise DeliveryRefused("too_large") from error


def _shake_hands(request: HttpRequest, platform: str) -> tuple[HttpResponse, str]:
    params = {name: str(value) for name, value in request.GET.items() if "\0" not in value}
    if platform == Platform.X:
        return JsonResponse(answer_crc_request(params=params)), "handshake"
    challenge = answer_challenge(params=params, now=timezone.now())
    return HttpResponse(challenge, content_type="text/plain"), "handshake"


def _refuse(request: HttpRequest, platform: str, reason: str) -> HttpResponse:
    if platform == Platform.YOUTUBE and request.method == "POST" and reason != "too_large":
        # WebSub, section 8: a forged delivery is acknowledged and ignored, so that nobody can guess the secret.
        return HttpResponse(status=NO_CONTENT)
    kind = _KINDS.get(reason, PERMISSION_DENIED)
    if platform == Platform.YOUTUBE and request.method == "GET":
        kind = NOT_FOUND
    return ProblemResponse(problem=Problem(kind=kind, extensions={"reason": reason}), request=request)
