"""Operations: health, heartbeats, audit trail, notices, backups."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "veri.platform.ops"
    label = "ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        from veri.platform.ops import deep_checks, worker_signals

        deep_checks.register_platform_checks()
        worker_signals.connect()
