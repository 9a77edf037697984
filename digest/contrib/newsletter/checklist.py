"""Rules of the checklist about the mail of an issue, if its digest is to send it.

Subject and imprint are not in the form of the issue, so findings about them are at its title.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from digest.checklist.findings import Finding
from digest.checklist.issue_text import IssueText
from digest.checklist.rules import Rule
from digest.contrib.newsletter import composing, mailings
from digest.contrib.newsletter.models import Mailing, NewsletterSettings


class PlannedMail(NamedTuple):
    """The newsletter that an issue is to be sent by, and its mailing."""

    newsletter: NewsletterSettings
    mailing: Mailing


def _planned(issue_text: IssueText) -> PlannedMail | None:
    """Return None if the digest does not send by itself, and nobody has prepared a mailing."""
    shared = issue_text.shared
    if "newsletter" not in shared:
        shared["newsletter"] = _read(issue_text.issue, issue_text.parent)
    return shared["newsletter"]


def _read(issue: Any, digest: Any) -> PlannedMail | None:
    rows = NewsletterSettings.objects.select_related("digest")
    newsletter = rows.filter(digest=digest and digest.pk).first()
    if newsletter is None:
        return None
    mailing = mailings.of_issue(issue)
    is_planned = newsletter.sends_on_publish if mailing is None else _is_open(mailing)
    return PlannedMail(newsletter, mailing or Mailing()) if is_planned else None


def _is_open(mailing: Mailing) -> bool:
    return mailing.state in (Mailing.State.DRAFT, Mailing.State.SCHEDULED)


def subject(issue_text: IssueText) -> Iterator[Finding]:
    """Check the subject, by default the headline: many inboxes show no more of it."""
    if not (mail := _planned(issue_text)):
        return
    own, most = mail.mailing.subject, composing.RECOMMENDED_SUBJECT
    headline = issue_text.first("headline")
    by_default = headline.text_of("headline") if headline else ""
    length = len(own or by_default or issue_text.issue.title)
    if length <= most:
        return
    if own:
        message = _now(
            "The subject of the mail is long: %(count)d characters of at most %(limit)d."
        )
    else:
        message = _now(
            "The headline is long for the subject of the mail: %(count)d characters of at most "
            "%(limit)d. Shorten it, or write a subject in the panel Newsletter."
        )
    path = f"{headline.path}.headline" if by_default and not own else "title"
    yield Finding(message % {"count": length, "limit": most}, path)


def preheader(issue_text: IssueText) -> Iterator[Finding]:
    """Check that there is a preheader, by default the summary."""
    mail, headline = _planned(issue_text), issue_text.first("headline")
    if not mail or mail.mailing.preheader or (headline and headline.text_of("summary")):
        return
    path = f"{headline.path}.summary" if headline else "title"
    yield Finding(_now("Write a summary: inboxes show it after the subject of the mail."), path)


def size(issue_text: IssueText) -> Iterator[Finding]:
    """Check the size of the mail: Gmail cuts off one that is too large."""
    if not (mail := _planned(issue_text)):
        return
    composed = composing.compose(issue_text.issue, mail.newsletter)
    if composed.is_excerpt:
        if mail.newsletter.content == NewsletterSettings.Content.WHOLE:
            message = _now("The issue is too long for a mail, which will have an excerpt of it.")
            yield Finding(message, "body")
    elif composed.size > composing.LARGE_SIZE:
        message = _now(
            "The mail is large: %(size)d kB. Above %(limit)d kB it will have an excerpt only."
        )
        sizes = {"size": composed.size // 1000, "limit": composing.MAX_SIZE // 1000}
        yield Finding(message % sizes, "body")


def imprint(issue_text: IssueText) -> Iterator[Finding]:
    """Check that the newsletter has an imprint, without which it is not sent."""
    mail = _planned(issue_text)
    if mail and not mail.newsletter.imprint.strip():
        message = _now("The newsletter has no imprint, so the issue cannot be sent.")
        yield Finding(message, "title")


RULES = {
    "newsletter.subject": Rule(_("Length of the subject of the mail"), subject),
    "newsletter.preheader": Rule(_("The mail has a preheader"), preheader),
    "newsletter.size": Rule(_("Size of the mail"), size, is_expensive=True),
    "newsletter.imprint": Rule(_("The newsletter has an imprint"), imprint),
}
