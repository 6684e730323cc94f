"""Error reports to Sentry, only where a DSN is set, and never with variables or personal data."""

from typing import Any

from django.conf import settings

from veri.platform.observability.redaction import redact_event


def start_error_reports() -> None:
    """Start the Sentry client; nothing happens, and nothing is imported, without ``SENTRY_DSN``."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.PROFILE,
        include_local_variables=False,
        send_default_pii=False,
        max_request_body_size="never",
        before_send=_redact_report,
    )


def _redact_report(event: Any, hint: dict[str, Any]) -> Any:
    return redact_event(None, "", event)
