from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CreatorsConfig(AppConfig):
    name = "creators"
    verbose_name = "Creators"

    def ready(self) -> None:
        from creators.checks import register_checks  # same
        from creators.datasets import register_datasets  # models are loaded only now
        from creators.metrics import register_metrics  # same
        from creators.privacy import register_privacy  # same
        from creators.services.accounts.onboarding import install_first_interests  # same
        from creators.services.handles.reserved import install_first_reserved_words  # same
        from creators.services.privacy.restoring import replay_erasures  # same
        from creators.sign_in import check_code, is_half_signed_in  # same
        from creators.subscriptions import register_subscriptions  # same
        from veri.platform.http.scopes import register_scope  # same
        from veri.platform.http.sign_ins import SignInCheck, register_sign_in_check  # same
        from veri.platform.ops.privacy.restored import register_after_restore  # same

        register_scope(name="creators:read", description="Read creators and their connections")
        register_scope(name="analytics:write", description="Report what people do in a front end")
        register_scope(name="creators:write", description="Create and change creators")
        register_sign_in_check(SignInCheck(check_code=check_code, is_half=is_half_signed_in))
        post_migrate.connect(install_first_reserved_words, sender=self, dispatch_uid="creators.reserved_handles")
        post_migrate.connect(install_first_interests, sender=self, dispatch_uid="creators.interests")
        register_privacy()
        register_checks()
        register_after_restore(replay_erasures)
        register_datasets()
        register_metrics()
        register_subscriptions()
