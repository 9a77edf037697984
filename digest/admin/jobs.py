"""The warning on the admin's front page that nothing is published on schedule."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from digest.admin.access import digests_with_permission
from digest.jobs.core import is_publishing_late


class LateJobsPanel(Component):
    name = "digest_late_jobs"
    order = 10
    template_name = "digest/admin/late_jobs_panel.html"


@hooks.register("construct_homepage_panels")
def add_late_jobs(request: HttpRequest, panels: list[Any]) -> None:
    """Warn those who schedule, and so would wait for nothing."""
    if is_publishing_late() and digests_with_permission(request.user, "publish").exists():
        panels.append(LateJobsPanel())
