from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MigrationConfig(AppConfig):
    name = "migration"
    verbose_name = "Migration"

    def ready(self) -> None:
        from migration.metrics import register_metrics  # models are loaded only now
        from migration.services.datasets import create_route_rows  # same

        post_migrate.connect(create_route_rows, sender=self, dispatch_uid="migration.create_route_rows")
        register_metrics()
