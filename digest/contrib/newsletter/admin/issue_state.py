"""What the editor of an issue shows of its mailing, and what a user may do with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from digest.contrib.newsletter import mailings, reports
from digest.contrib.newsletter.admin.reasons import APPROVED_SINCE
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    NewsletterSettings,
    Subscription,
)
from digest.contrib.newsletter.reports import MailingReport
from digest.pages.time_zones import format_datetime, place_of, time_zone_of

State = Mailing.State
Outcome = EmailDelivery.State
BEFORE = (None, State.DRAFT)
SETTINGS_PERMISSION = "digest_newsletter.change_newslettersettings"


class IssueState:
    """The mailing of an issue as a user sees it in the editor."""

    def __init__(self, issue: Any, newsletter: NewsletterSettings, user: Any) -> None:
        self.issue, self.newsletter, self.user = issue, newsletter, user
        self.mailing = mailings.of_issue(issue)
        permissions = issue.permissions_for_user(user)
        self.may_edit, self.may_publish = permissions.can_edit(), permissions.can_publish()

    @property
    def state(self) -> str | None:
        return self.mailing and self.mailing.state

    @property
    def is_unsent(self) -> bool:
        if self.mailing is None:
            return True
        return self.mailing.started_at is None and self.state in mailings.UNSENT

    @cached_property
    def is_public(self) -> bool:
        return mailings.may_be_sent(self.issue)

    @cached_property
    def readers(self) -> int:
        active = Subscription.State.ACTIVE
        return Subscription.objects.filter(digest=self.newsletter.digest_id, state=active).count()

    @cached_property
    def zone(self) -> tzinfo:
        return time_zone_of(self.issue)

    @cached_property
    def problems(self) -> list[str]:
        """Return what has to be done before the issue can be sent."""
        if not self.is_unsent:
            return []
        found = mailings.reasons_not_to_send(self.issue)
        return found if self.readers else [*found, _("Nobody has subscribed yet.")]

    @cached_property
    def actions(self) -> list[str]:
        """Return the names of the views that the user may post to now."""
        return list(self._actions())

    def _actions(self) -> Iterator[str]:
        if self.may_edit:
            yield "test"
        if not self.is_unsent:
            return
        # Later the subject needs no approval any more, so it is not for writers to change.
        if self.may_publish or (self.may_edit and self.state in BEFORE):
            yield "draft"
        if self.may_publish and not self.problems:
            if self._may_be_sent_now():
                yield "send"
            yield "schedule"
        if self.may_publish and self.state in (State.SCHEDULED, State.HELD):
            yield "cancel"

    def _may_be_sent_now(self) -> bool:
        if not self.is_public:
            return not self.newsletter.sends_on_publish and self.state != State.SCHEDULED
        due_at = self.mailing and self.mailing.due_at
        return self.state != State.SCHEDULED or not due_at or due_at > timezone.now()

    def as_json(self) -> dict[str, Any]:
        """Return everything in the panel that changes without a reload of the page."""
        return {
            "state": self.sentence,
            "problems": self.problems,
            "settings_url": self._settings_url(),
            "report_url": self._report_url(),
            "actions": self.actions,
            "send_label": _("Send now") if self.is_public else _("Send when published"),
            "question": self._question(),
            "subject": self.mailing.subject if self.mailing else "",
            "preheader": self.mailing.preheader if self.mailing else "",
        }

    def _settings_url(self) -> str:
        if not (self.problems and self.user.has_perm(SETTINGS_PERMISSION)):
            return ""
        return reverse("digest_newsletter_settings:edit", args=[self.newsletter.pk])

    def _report_url(self) -> str:
        if not (self.may_publish and self.mailing and self.state not in BEFORE):
            return ""
        return reverse("digest_newsletter_mailings:inspect", args=[self.mailing.pk])

    def _question(self) -> str:
        readers = ngettext("%(count)s reader", "%(count)s readers", self.readers)
        readers %= {"count": number(self.readers)}
        if self.is_public:
            text = _("Send “%(title)s” to %(readers)s now?")
        else:
            text = _("Send “%(title)s” to %(readers)s as soon as it is published?")
        return text % {"title": self.issue.title, "readers": readers}

    @property
    def sentence(self) -> str:
        """Return the state in words."""
        if self.state in BEFORE:
            return self._before()
        if self.state == State.SCHEDULED:
            return self._scheduled()
        if self.state == State.DONE:
            return self._done()
        return " ".join(self._others())

    def _before(self) -> str:
        if not self.newsletter.sends_on_publish or self.is_public:
            return _("Not sent.")
        if mailings.is_old(self.issue):
            return _("Not sent by itself: the issue is dated more than two days ago.")
        minutes = self.newsletter.delay_minutes
        if not minutes:
            return _("Goes out as soon as it is published.")
        text = ngettext(
            "Goes out %(count)d minute after it is published.",
            "Goes out %(count)d minutes after it is published.",
            minutes,
        )
        return text % {"count": minutes}

    def _scheduled(self) -> str:
        due_at = self.mailing.due_at
        is_later = bool(due_at) and due_at > timezone.now()
        if due_at and (is_later or self.is_public) and mailings.is_unreviewed(self.mailing):
            return f"{_('No person has approved it.')} {self._held(due_at, is_later)}"
        if is_later:
            sentence = _("Goes out %(when)s.") % {"when": when(due_at, self.zone)}
            if self.is_public:
                return sentence
            return f"{sentence} {_('If it is not public then, the mailing waits for it.')}"
        if self.is_public and due_at:
            return _("Goes out now.")
        return _("Goes out as soon as it is public.")

    def _held(self, due_at: datetime, is_later: bool) -> str:
        if not is_later:
            return _("The mailing will be held.")
        text = _("Held %(when)s unless somebody publishes the issue again or sends it.")
        return text % {"when": when(due_at, self.zone)}

    def _done(self) -> str:
        counts = self._report().counts
        accepted = counts[Outcome.ACCEPTED]
        sent = ngettext("Sent to %(count)s reader", "Sent to %(count)s readers", accepted)
        parts = [sent % {"count": number(accepted)}]
        for outcome, text in {
            Outcome.REFUSED: _("%(count)s refused"),
            Outcome.UNKNOWN: _("%(count)s unknown"),
        }.items():
            if count := counts[outcome]:
                parts.append(text % {"count": number(count)})
        return f"{', '.join(parts)}."

    def _others(self) -> Iterator[str]:
        label = self.mailing.get_state_display()
        reason = self.mailing.get_reason_display()
        is_approved = bool(mailings.approved_since([self.mailing]))
        text = f"{label}: {reason}." if reason and not is_approved else f"{label}."
        yield text[0].upper() + text[1:]
        if is_approved:
            yield str(APPROVED_SINCE)
        yield from self._advice()
        if self.mailing.reply:
            yield _("The server replied: %(reply)s") % {"reply": self.mailing.reply}
        if self.mailing.started_at:
            report, text = self._report(), _("%(count)s of %(planned)s readers have it.")
            yield text % {"count": number(report.accepted), "planned": number(report.total)}

    def _advice(self) -> Iterator[str]:
        """Yield what to do if the mailing is held, for any reason, and nobody has approved it."""
        mailing = self.mailing
        if mailing.state != State.HELD or mailing.started_at or not mailings.is_unreviewed(mailing):
            return
        if mailing.reason != Mailing.Reason.UNREVIEWED:
            yield _("No person has approved it.")
        yield _("Read it, then send it or cancel the mailing.")

    def _report(self) -> MailingReport:
        return reports.reports_of([self.mailing])[self.mailing.pk]


def number(count: int) -> str:
    """Format a number with separators: "1,204"."""
    return number_format(count, force_grouping=True)


def when(at: datetime, zone: tzinfo) -> str:
    """Format a time in a time zone, with "today" or "tomorrow" where that is its date."""
    local, today = timezone.localtime(at, zone), timezone.localdate(timezone=zone)
    context = {"time": date_format(local, "H:i"), "place": place_of(zone)}
    if local.date() == today:
        return _("today at %(time)s %(place)s") % context
    if local.date() == today + timedelta(days=1):
        return _("tomorrow at %(time)s %(place)s") % context
    return format_datetime(at, zone)
