from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DigestConfig(AppConfig):
    """The plugin. ``ready`` registers system checks, and keeps previews' tokens out of logs."""

    name = "digest"
    verbose_name = _("Digest")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest import checks  # noqa: F401
        from digest.redaction import keep_tokens_out_of_logs

        keep_tokens_out_of_logs()
