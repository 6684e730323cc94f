"""The HTTP app: API keys, idempotency records and everything each API view stands on."""

from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "veri.platform.http"
    label = "http"
    verbose_name = "Access"

    def ready(self) -> None:
        from veri.platform.http import request_ids

        request_ids.connect_request_logging()
