"""Add API keys, submissions and disclosures to the admin, and their actions to Wagtail's log."""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.permissions import register_permission_policy

from digest.contrib.submissions.admin.access import (
    ApiKeyPermissionPolicy,
    DisclosurePermissionPolicy,
    SubmissionPermissionPolicy,
)
from digest.contrib.submissions.admin.disclosures import DisclosureViewSet
from digest.contrib.submissions.admin.home import add_expiring_keys
from digest.contrib.submissions.admin.keys import ApiKeyViewSet
from digest.contrib.submissions.admin.submissions import SubmissionViewSet
from digest.contrib.submissions.models import (
    CREATE_KEY,
    REVOKE_KEY,
    SUBMITTED,
    ApiKey,
    DigestDisclosure,
    Submission,
)

register_permission_policy(ApiKey, ApiKeyPermissionPolicy(ApiKey))
register_permission_policy(Submission, SubmissionPermissionPolicy(Submission))
register_permission_policy(DigestDisclosure, DisclosurePermissionPolicy(DigestDisclosure))
hooks.register("construct_homepage_panels", add_expiring_keys)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    return [ApiKeyViewSet(), SubmissionViewSet(), DisclosureViewSet()]


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    class SubmittedFormatter(LogFormatter):
        label = _("Submit by machine")

        def format_message(self, entry: Any) -> str:
            return _now("Submitted with the API key %(key)s") % {"key": entry.data.get("key", "")}

    actions.register_action(SUBMITTED)(SubmittedFormatter)
    actions.register_action(CREATE_KEY, _("Make an API key"), _("API key made"))
    actions.register_action(REVOKE_KEY, _("Revoke an API key"), _("API key revoked"))
