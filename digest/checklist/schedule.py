"""Rule about the date on which an issue goes live."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from digest.checklist.findings import Finding
from digest.checklist.issue_text import IssueText
from digest.pages.time_zones import format_date, time_zone_of


def schedule_date(issue_text: IssueText) -> Iterator[Finding]:
    """Check that an issue is scheduled for the day of its date, in the time zone of its digest."""
    issue = issue_text.issue
    if not issue.date or not issue.go_live_at or issue.go_live_at <= timezone.now():
        return
    day = timezone.localdate(issue.go_live_at, time_zone_of(issue))
    if day != issue.date:
        message = _("It is scheduled for %(day)s, but dated %(date)s.")
        dates = {"day": format_date(day), "date": format_date(issue.date)}
        yield Finding(message % dates, "date")
