from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "veri.platform.events"
    label = "events"
    verbose_name = "Event log"
