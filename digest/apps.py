from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class DigestConfig(AppConfig):
    """The plugin. ``ready`` registers system checks, has the content version kept by the database,
    keeps previews' tokens out of logs, and tells caches in front what has changed."""

    name = "digest"
    verbose_name = _("Digest")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest import checks, tasks, triggers  # noqa: F401
        from digest.redaction import keep_tokens_out_of_logs

        pre_migrate.connect(triggers.remove_before, sender=self)
        post_migrate.connect(triggers.install, sender=self)

        keep_tokens_out_of_logs()

        if apps.is_installed("wagtail.contrib.frontend_cache"):
            from digest import purging  # noqa: F401
