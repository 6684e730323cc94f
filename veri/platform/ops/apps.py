"""Operations: health, heartbeats, audit trail, notices, backups."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "veri.platform.ops"
    label = "ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        from veri.platform.ops import deep_checks, worker_signals
        from veri.platform.ops.privacy import platform_models

        platform_models.register_platform_models()
        deep_checks.register_platform_checks()
        worker_signals.connect()
