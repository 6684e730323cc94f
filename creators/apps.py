from django.apps import AppConfig


class CreatorsConfig(AppConfig):
    name = "creators"
    verbose_name = "Creators"

    def ready(self) -> None:
        from creators.datasets import register_datasets  # models are loaded only now
        from creators.metrics import register_metrics  # same
        from creators.subscriptions import register_subscriptions  # same
        from veri.platform.http.scopes import register_scope  # same

        register_scope(name="creators:read", description="Read creators and their connections")
        register_scope(name="creators:write", description="Create and change creators")
        register_datasets()
        register_metrics()
        register_subscriptions()
