from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrontendCacheConfig(AppConfig):
    name = "digest.contrib.frontend_cache"
    label = "digest_frontend_cache"
    verbose_name = _("Digest front-end cache")

    def ready(self) -> None:
        from digest.contrib.frontend_cache.signal_handlers import register_signal_handlers

        register_signal_handlers()
