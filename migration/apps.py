from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_migrate


class MigrationConfig(AppConfig):
    name = "migration"
    verbose_name = "Migration"

    def ready(self) -> None:
        from migration.metrics import register_metrics  # models are loaded only now
        from migration.privacy import register_privacy  # same
        from migration.queries.routes import observe_reads  # same
        from migration.services.datasets import create_route_rows  # same
        from migration.services.outbox import create_outbox_partitions  # same
        from migration.services.shadow import finish_request, note_read, start_request  # same
        from migration.subscribers import register_subscribers  # same

        post_migrate.connect(create_route_rows, sender=self, dispatch_uid="migration.create_route_rows")
        post_migrate.connect(create_outbox_partitions, sender=self, dispatch_uid="migration.create_outbox_partitions")
        request_started.connect(start_request, dispatch_uid="migration.start_request")
        request_finished.connect(finish_request, dispatch_uid="migration.finish_request")
        observe_reads(note_read)
        register_metrics()
        register_privacy()
        register_subscribers()
