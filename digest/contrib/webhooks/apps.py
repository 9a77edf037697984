from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "digest.contrib.webhooks"
    label = "digest_webhooks"
    verbose_name = _("Webhooks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.webhooks import (
            checks,  # noqa: F401
            jobs,
        )
        from digest.contrib.webhooks.signal_handlers import register_signal_handlers
        from digest.registry import DAY, Job, registry

        if not apps.is_installed("digest.contrib.changes"):
            raise ImproperlyConfigured(
                "digest.contrib.webhooks needs digest.contrib.changes in INSTALLED_APPS."
            )
        register_signal_handlers()
        registry.status.append("digest.contrib.webhooks.status.status_rows")
        registry.api_extensions.append("digest.contrib.webhooks.api.extension")
        registry.jobs += [
            # In a process of its own: a slow receiver delays no scheduled publication. It takes
            # seconds to start, so that it is started when something is due and not each minute.
            Job("deliver_webhooks", jobs.deliver_webhooks, DAY, jobs.is_due, is_long=True),
            Job("delete_old_webhook_events", jobs.delete_old_events, DAY),
        ]
