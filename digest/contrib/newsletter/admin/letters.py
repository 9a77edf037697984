"""Discard letters that wait, such as those that somebody has requested for strangers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from digest.contrib.newsletter import queue, reports
from digest.contrib.newsletter.admin.confirmation import ConfirmationView
from digest.contrib.newsletter.models import Subscriber

DISCARD = "digest_newsletter.discard_letters"


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(DISCARD, _("Discard waiting letters"), _("Waiting letters discarded"))


class DiscardLettersView(ConfirmationView):
    model = Subscriber
    page_title = _("Discard waiting letters")
    button = _("Yes, discard them")
    success_message = _("The letters are discarded.")
    is_serious = True

    @property
    def question(self) -> str:
        number = reports.late_letters().count()
        message = ngettext(
            "Discard the letter that waits? Its reader gets no mail, and can sign up again.",
            "Discard the %(number)d letters that wait? Their readers get no mail, and can sign up "
            "again.",
            number,
        )
        return message % {"number": number}

    @property
    def back_url(self) -> str:
        return reverse("wagtailadmin_home")

    def act(self) -> str | None:
        first, number = reports.late_letters().first(), queue.discard(reports.late_letters())
        if not (first and number):
            return gettext("No letter waits.")
        title = ngettext("%(number)d letter", "%(number)d letters", number) % {"number": number}
        log(first, DISCARD, user=self.request.user, title=title)
        return None

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]
