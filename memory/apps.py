from django.apps import AppConfig


class MemoryConfig(AppConfig):
    name = "memory"
    verbose_name = "Memory"

    def ready(self) -> None:
        from memory.datasets import register_datasets  # models are loaded only now
        from memory.subscriptions import register_subscriptions  # same

        register_datasets()
        register_subscriptions()
