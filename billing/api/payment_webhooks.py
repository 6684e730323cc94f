"""Where payment providers send what happened: bytes in, a status out."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from billing.clients.payments import WebhookRefused
from billing.payment_enums import Provider
from billing.services.payments.inbox import LARGEST, accept_webhook
from billing.services.payments.metrics import PAYMENT_WEBHOOKS
from veri.platform.http.problems import (
    MALFORMED_REQUEST,
    NOT_FOUND,
    PERMISSION_DENIED,
    Problem,
    ProblemResponse,
    get_kind_for_status,
)

_KINDS = {"malformed": MALFORMED_REQUEST, "too_large": get_kind_for_status(413), "not_configured": NOT_FOUND}


@csrf_exempt  # signed by the provider instead
def payment_webhook_view(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a delivery; what it is about is fetched afterwards."""
    if provider not in Provider.values:
        return ProblemResponse(problem=Problem(kind=NOT_FOUND), request=request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        is_new = accept_webhook(
            provider=provider,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=_read_body(request),
            query={name: str(value) for name, value in request.GET.items()},
            now=timezone.now(),
        )
    except WebhookRefused as refusal:
        PAYMENT_WEBHOOKS.labels(provider, refusal.reason).inc()
        kind = _KINDS.get(refusal.reason, PERMISSION_DENIED)
        return ProblemResponse(problem=Problem(kind=kind, extensions={"reason": refusal.reason}), request=request)
    PAYMENT_WEBHOOKS.labels(provider, "accepted" if is_new else "duplicate").inc()
    return HttpResponse(status=200)


def _read_body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST:
        raise WebhookRefused("too_large")
    try:
        return request.body
    except RequestDataTooBig as error:  # it said nothing, and was
        raise WebhookRefused("too_large") from error
