from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DigestConfig(AppConfig):
    """The plugin. ``ready`` registers checks, signal handlers and jobs, and redacts logs."""

    name = "digest"
    verbose_name = _("Digest")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest import checks  # noqa: F401
        from digest.http.redaction import keep_tokens_out_of_logs
        from digest.jobs.core import register_jobs
        from digest.registry import registry
        from digest.signal_handlers import register_signal_handlers

        register_signal_handlers()
        registry.public_paths += ["digest.api.public_paths", "digest.feeds.public_paths"]
        # The second is Wagtail's link to a new password.
        registry.token_paths += ["preview", "password_reset/confirm"]
        keep_tokens_out_of_logs()
        register_jobs(registry)
