"""Panel of the admin's home page: mailings that are near or need a decision, and late letters."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.forms import Media
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component

from digest.contrib.newsletter import queue, reports
from digest.contrib.newsletter.admin.access import MailingPermissionPolicy, mailings_of, title_of
from digest.contrib.newsletter.admin.reasons import reasons_of
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.models import Mailing
from digest.contrib.newsletter.reports import MailingReport

State = Mailing.State
SHOWN = 10
SOON = timedelta(days=1)
# run_jobs starts a mailing within a minute of its time.
LATE_AFTER = timedelta(minutes=5)


@dataclass
class Line:
    """A mailing in the panel."""

    mailing: Mailing
    report: MailingReport
    reason: str

    @property
    def title(self) -> str:
        return title_of(self.mailing)

    @property
    def is_late(self) -> bool:
        is_waiting = self.mailing.state == State.SCHEDULED
        return is_waiting and self.mailing.due_at < timezone.now() - LATE_AFTER


@dataclass
class LateLetters:
    """How many letters wait longer than they should, and why."""

    number: int
    reason: str
    may_discard: bool


class MailingsPanel(Component):
    name = "digest_mailings"
    order = 160
    template_name = "digest/newsletter/admin/home_panel.html"

    def __init__(self, lines: list[Line], letters: LateLetters | None) -> None:
        self.lines, self.letters = lines, letters

    @property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("digest/newsletter/reports.css")]})

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {
            "lines": self.lines[:SHOWN],
            "has_more": len(self.lines) > SHOWN,
            "letters": self.letters,
        }


def add_mailings(request: HttpRequest, panels: list[Any]) -> None:
    """Add the panel for users who may act, if it has something to show."""
    user = request.user
    if not MailingPermissionPolicy(Mailing).user_has_permission(user, "change"):
        return
    lines, letters = _lines(user), _late_letters(user)
    if lines or letters:
        panels.append(MailingsPanel(lines, letters))


def _lines(user: Any) -> list[Line]:
    is_near = Q(state=State.SCHEDULED, due_at__lte=timezone.now() + SOON)
    is_open = Q(state__in=[State.SENDING, State.PAUSED, State.HELD])
    found = mailings_of(user, "change").filter(is_near | is_open).order_by("due_at", "pk")
    mailings = list(found[: SHOWN + 1])
    by_pk, reasons = reports.reports_of(mailings), reasons_of(mailings)
    return [Line(mailing, by_pk[mailing.pk], reasons[mailing.pk]) for mailing in mailings]


def _late_letters(user: Any) -> LateLetters | None:
    number = reports.late_letters().count()
    if not number:
        return None
    may_discard = user.has_perm("digest_newsletter.change_subscriber")
    return LateLetters(number, _reason(), may_discard)


def _reason() -> Any:
    failed = reports.late_letters().exclude(reply="").order_by("-at")
    if reply := failed.values_list("reply", flat=True).first():
        return _("The mail server replied: %s") % reply
    if not queue.may_send_letters():
        limit = conf.NEWSLETTER_LETTERS_PER_HOUR
        return _("No more than %d letters are sent within an hour.") % limit
    return _("No worker has sent them: is “manage.py run_jobs” running?")
