from django.apps import AppConfig


class MemoryConfig(AppConfig):
    name = "memory"
    verbose_name = "Memory"

    def ready(self) -> None:
        from memory.datasets import register_datasets  # models are loaded only now
        from memory.privacy import register_privacy  # same
        from memory.subscriptions import register_subscriptions  # same
        from veri.platform.http.scopes import register_scope  # same

        register_scope(name="memories:write", description="Forget and restore memories")
        register_datasets()
        register_subscriptions()
        register_privacy()
