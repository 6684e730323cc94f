from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "veri.platform.events"
    label = "events"
    verbose_name = "Event log"

    def ready(self) -> None:
        from veri.platform.events.checks import register_checks  # models are loaded only now

        register_checks()
