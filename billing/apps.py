from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.first_prices import install_first_prices  # models are loaded only now
        from billing.metrics import register_metrics  # same
        from billing.payment_subscriptions import register_payment_subscriptions  # same
        from billing.privacy import register_privacy  # same
        from veri.platform.http.scopes import register_scope  # same

        post_migrate.connect(install_first_prices, sender=self, dispatch_uid="billing.install_first_prices")
        register_metrics()
        register_privacy()
        register_payment_subscriptions()
        register_scope(name="billing:read", description="Read payments, balances, payouts, invoices, subscriptions")
        register_scope(name="billing:write", description="Pay, subscribe, ask for payouts")
