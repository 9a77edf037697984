from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Readers' search. ``ready`` registers checks and signal handlers and nothing else."""

    name = "digest.contrib.search"
    label = "digest_search"
    verbose_name = _("Readers' search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.search import checks, signal_handlers  # noqa: F401
        from digest.contrib.search.engines import install

        post_migrate.connect(install, sender=self)
