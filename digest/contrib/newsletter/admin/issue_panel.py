"""Side panel "Newsletter" in the editor of an issue."""

import json
from collections.abc import Iterator
from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.side_panels import BaseSidePanel

from digest.contrib.newsletter.admin import issue_actions as actions
from digest.contrib.newsletter.admin.issue_state import IssueState
from digest.contrib.newsletter.admin.mail_preview import MailPreviewView
from digest.contrib.newsletter.composing import RECOMMENDED_SUBJECT
from digest.contrib.newsletter.models import Mailing, NewsletterSettings
from digest.pages.time_zones import place_of

VIEWS = {
    "preview": MailPreviewView,
    "state": actions.IssueStateView,
    "draft": actions.DraftView,
    "test": actions.TestView,
    "send": actions.SendView,
    "schedule": actions.ScheduleView,
    "cancel": actions.CancelView,
}


def side_panels(issue: Any, request: HttpRequest, digest: Any) -> Iterator[BaseSidePanel]:
    """Yield the panel for an issue of a digest that has a newsletter."""
    rows = NewsletterSettings.objects.select_related("digest")
    if newsletter := rows.filter(digest=digest.pk).first():
        yield NewsletterSidePanel(issue, request, newsletter)


class NewsletterSidePanel(BaseSidePanel):
    """Show the mailing of an issue, its mail, and what the user may do with it.

    A new issue is saved while its editor types, and Wagtail then replaces the panel.
    """

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Newsletter")
        icon_name = "mail"

    name = "newsletter"
    title = _("Newsletter")
    template_name = "digest/newsletter/admin/issue_panel.html"
    order = 350  # After the checklist.

    def __init__(self, issue: Any, request: HttpRequest, newsletter: NewsletterSettings) -> None:
        super().__init__(issue, request)
        self.newsletter = newsletter

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        if not self.object.pk:
            return context
        state = IssueState(self.object, self.newsletter, self.request.user)
        return context | {"shown": json.dumps(state.as_json())} | self._urls() | self._forms(state)

    def _urls(self) -> dict[str, str]:
        return {
            f"{name}_url": reverse(f"digest_newsletter_issue_{name}", args=[self.object.pk])
            for name in VIEWS
        }

    def _forms(self, state: IssueState) -> dict[str, Any]:
        mailing = state.mailing or Mailing()
        recipients = actions.recipients_of_tests(state)
        initial = {"subject": mailing.subject, "preheader": mailing.preheader}
        # The ids of the fields of the page begin with "id_".
        ids = {"auto_id": "newsletter-%s", "label_suffix": ""}
        return {
            "may_publish": state.may_publish,
            "time_zone": place_of(state.zone),
            "recommended": RECOMMENDED_SUBJECT,
            "recipients": list(recipients),
            "draft_form": actions.DraftForm(initial=initial, **ids),
            "test_form": actions.TestForm(recipients=recipients, user=state.user, **ids),
            "schedule_form": actions.ScheduleForm(**ids),
        }

    @property
    def media(self) -> Media:
        scripts = ["digest/admin/form.js", "digest/admin/newsletter.js"]
        css = {"all": [versioned_static("digest/admin/newsletter.css")]}
        own = Media(js=[versioned_static(script) for script in scripts], css=css)
        return own + actions.ScheduleForm().media


def register_urls() -> list[URLPattern]:
    return [
        path(
            f"digest/newsletters/issue/<int:page_id>/{name}/",
            view.as_view(),
            name=f"digest_newsletter_issue_{name}",
        )
        for name, view in VIEWS.items()
    ]
