from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    name = "digest.contrib.submissions"
    label = "digest_submissions"
    verbose_name = _("Submissions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.submissions import checks  # noqa: F401
        from digest.contrib.submissions.pruning import prune
        from digest.contrib.submissions.signal_handlers import register_signal_handlers
        from digest.publishing.roles import EDITORS
        from digest.registry import DAY, Job, registry

        register_signal_handlers()
        registry.api_extensions.append("digest.contrib.submissions.api.extension")
        registry.provenance = "digest.contrib.submissions.provenance.provenance_of"
        registry.jobs.append(Job("prune_submissions", prune, DAY))
        registry.issue_side_panels.append(
            "digest.contrib.submissions.admin.issue_panel.side_panels"
        )
        registry.roles[EDITORS].append("digest_submissions.add_apikey")
