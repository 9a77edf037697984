from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChangesConfig(AppConfig):
    name = "digest.contrib.changes"
    label = "digest_changes"
    verbose_name = _("Changes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.changes import (
            checks,  # noqa: F401
            jobs,
        )
        from digest.contrib.changes.feed_state import is_waiting
        from digest.registry import DAY, MINUTE, Job, registry

        registry.keeps_markers = True
        registry.api_extensions.append("digest.contrib.changes.api.extension")
        registry.status.append("digest.contrib.changes.status.status_rows")
        registry.jobs += [
            Job("relay_changes", jobs.relay_changes, MINUTE, is_due=is_waiting),
            Job("compare_all_changes", jobs.compare_all, DAY, is_long=True),
        ]
