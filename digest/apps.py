from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class DigestConfig(AppConfig):
    """The plugin. ``ready`` registers system checks, has the content version kept by the database,
    and keeps previews' tokens out of logs."""

    name = "digest"
    verbose_name = _("Digest")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest import checks, tasks  # noqa: F401
        from digest.caching import triggers
        from digest.http.redaction import keep_tokens_out_of_logs

        pre_migrate.connect(triggers.remove_before, sender=self)
        post_migrate.connect(triggers.install, sender=self)

        keep_tokens_out_of_logs()
