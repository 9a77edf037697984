"""Warnings on the admin's front page: nothing is published on schedule, or an app has problems."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from digest.admin.access import digests_with_permission
from digest.jobs.core import is_publishing_late
from digest.jobs.status import status_rows


class LateJobsPanel(Component):
    name = "digest_late_jobs"
    order = 10
    template_name = "digest/admin/late_jobs_panel.html"


@hooks.register("construct_homepage_panels")
def add_late_jobs(request: HttpRequest, panels: list[Any]) -> None:
    """Warn those who schedule, and so would wait for nothing."""
    if is_publishing_late() and digests_with_permission(request.user, "publish").exists():
        panels.append(LateJobsPanel())


class ProblemsPanel(Component):
    name = "digest_problems"
    order = 10
    template_name = "digest/admin/problems_panel.html"

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"messages": self.messages}


@hooks.register("construct_homepage_panels")
def add_problems(request: HttpRequest, panels: list[Any]) -> None:
    """Show superusers the problems that apps report."""
    rows = status_rows() if request.user.is_superuser else []
    if found := [row.message for row in rows if row.message]:
        panels.append(ProblemsPanel(found))
