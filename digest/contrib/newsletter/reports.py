"""Figures of mailings and subscriptions, each from a few grouped queries."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr, TruncHour, TruncMinute
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from digest.contrib.newsletter.limits import LETTERS
from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscription
from digest.contrib.newsletter.outcomes import is_senders_fault

State = EmailDelivery.State
# Of mails that are not tried again.
OUTCOMES = (State.ACCEPTED, State.REFUSED, State.UNKNOWN)
# "2026-04-14 07", as SQLite stores it, and the same on other databases.
HOUR, MINUTE = (13, TruncHour), (16, TruncMinute)
MAX_BY_MINUTE, MAX_BY_HOUR = timedelta(hours=3), timedelta(days=7)
# A letter is sent within seconds.
LATE_AFTER = timedelta(minutes=5)


def by_time(rows: QuerySet, name: str, unit: tuple, *others: str) -> Iterator[tuple]:
    """Count rows by the hour or the minute of a field, and by other fields."""
    length, truncate = unit
    if connection.vendor == "sqlite":  # Its own truncation is in Python, ten times as slow.
        at: Any = Substr(name, 1, length)
    else:
        at = truncate(name, tzinfo=UTC)
    found = rows.order_by().values_list(at, *others).annotate(count=Count("pk"))
    for at, *values in found:
        yield (_parsed(at), *values)


def _parsed(at: Any) -> datetime | None:
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at


# Mailings


@dataclass
class MailingReport:
    """How many mails of a mailing are in which state, and when and how the server replied."""

    mailing: Mailing
    counts: Counter
    # Of refused mails.
    codes: Counter = field(default_factory=Counter)
    # Sorted by time; counts by state.
    outcomes: list[tuple[datetime, Counter]] = field(default_factory=list)
    unit: str = "minute"

    @property
    def total(self) -> int:
        return max(sum(self.counts.values()), self.mailing.planned)

    @property
    def accepted(self) -> int:
        return self.counts[State.ACCEPTED]

    @property
    def refused(self) -> int:
        return self.counts[State.REFUSED]

    @property
    def may_send_refused_again(self) -> bool:
        return any(map(is_senders_fault, self.codes))

    @property
    def settled(self) -> int:
        """Return how many mails are not tried again."""
        return sum(self.counts[state] for state in State if state not in EmailDelivery.OPEN)

    @property
    def numbers(self) -> dict[str, str]:
        return {
            "accepted": number_format(self.accepted, force_grouping=True),
            "total": number_format(self.total, force_grouping=True),
        }

    @property
    def progress(self) -> str:
        """Return the progress as words."""
        message = ngettext(
            "%(accepted)s of %(total)s mail accepted",
            "%(accepted)s of %(total)s mails accepted",
            self.total,
        )
        return message % self.numbers


def report_of(mailing: Mailing) -> MailingReport:
    """Return the report of one mailing, from one query over its mails."""
    counts: Counter = Counter()
    times: defaultdict[datetime, Counter] = defaultdict(Counter)
    codes: Counter = Counter()
    mails = mailing.deliveries.all()
    for at, state, code, count in by_time(mails, "at", MINUTE, "state", "code"):
        counts[state] += count
        if state == State.REFUSED:
            codes[code] += count
        if at and state in OUTCOMES:
            times[at][state] += count
    report = MailingReport(mailing, _with_deleted(mailing, counts), codes)
    report.unit = _unit_of(times)
    report.outcomes = sorted(_in_units(times, report.unit).items())
    return report


def reports_of(mailings: Iterable[Mailing]) -> dict[int, MailingReport]:
    """Return the reports of mailings by primary key, without outcomes over time.

    One query, over the mails of those that are not done.
    """
    mailings = list(mailings)
    counts: defaultdict[int, Counter] = defaultdict(Counter)
    open_pks = [row.pk for row in mailings if row.started_at and row.state != Mailing.State.DONE]
    rows = EmailDelivery.objects.filter(mailing__in=open_pks).order_by()
    for pk, state, count in rows.values_list("mailing", "state").annotate(Count("pk")):
        counts[pk][state] = count
    return {row.pk: MailingReport(row, _with_deleted(row, counts[row.pk])) for row in mailings}


def _with_deleted(mailing: Mailing, counts: Counter) -> Counter:
    """Return the stored counts of a mailing whose mails are deleted, as they are after a month."""
    stored = Counter(mailing.counts)
    return stored if sum(stored.values()) > sum(counts.values()) else counts


def _unit_of(times: Iterable[datetime]) -> str:
    if not (times := list(times)):
        return "minute"
    duration = max(times) - min(times)
    return "minute" if duration <= MAX_BY_MINUTE else "hour" if duration <= MAX_BY_HOUR else "day"


def _in_units(times: dict[datetime, Counter], unit: str) -> dict[datetime, Counter]:
    found: defaultdict[datetime, Counter] = defaultdict(Counter)
    for at, counts in times.items():
        local = timezone.localtime(at)
        if unit != "minute":
            local = local.replace(minute=0)
        found[local.replace(hour=0) if unit == "day" else local].update(counts)
    return dict(found)


# Letters


def late_letters() -> QuerySet:
    """Return the letters that wait although they are due: the server fails, or the limit of
    DIGEST_NEWSLETTER_LETTERS_PER_HOUR is reached, or no worker runs."""
    before = timezone.now() - LATE_AFTER
    is_late = Q(not_before=None, created_at__lt=before) | Q(not_before__lt=before)
    waiting = EmailDelivery.objects.filter(mailing=None, kind__in=LETTERS, state=State.WAITING)
    # The last condition is that of the index.
    return waiting.filter(is_late | Q(attempts__gt=0), state__in=EmailDelivery.OPEN)


# Growth


class Period(NamedTuple):
    """A length of time, by a function that returns the first day of the one with a day."""

    label: Any
    start_of: Callable[[date], date]
    # At least the days of a period, and at most those of two.
    days: int

    def after(self, start: date) -> date:
        return self.start_of(start + timedelta(days=self.days))


PERIODS = {
    "day": Period(_("Days"), lambda day: day, 1),
    "week": Period(_("Weeks"), lambda day: day - timedelta(days=day.weekday()), 7),
    "month": Period(_("Months"), lambda day: day.replace(day=1), 31),
}


@dataclass
class Growth:
    """The subscriptions of a digest in a period; ``active`` is their number at its end.

    ``left`` has counts by the reason.
    """

    start: date
    new: int = 0
    left: Counter = field(default_factory=Counter)
    active: int = 0


def growth_of(digest: Any, period: Period, zone: tzinfo) -> list[Growth]:
    """Return the growth of a digest in each period since its first confirmed subscription.

    Only rows that are still stored count: a reader who was erased has no history, and one who came
    back after leaving has none from before.
    """
    found: dict[date, Growth] = {}

    def growth_at(at: datetime) -> Growth:
        # Where the time zone is not at whole hours, days begin up to half an hour late.
        start = period.start_of(at.astimezone(zone).date())
        return found.setdefault(start, Growth(start))

    rows = Subscription.objects.filter(digest=digest, confirmed_at__isnull=False)
    for at, count in by_time(rows, "confirmed_at", HOUR):
        growth_at(at).new += count
    ended = rows.filter(ended_at__isnull=False)
    for at, reason, count in by_time(ended, "ended_at", HOUR, "end_reason"):
        growth_at(at).left[reason] += count
    return list(_summed_up(found, period, timezone.localdate(timezone=zone)))


def _summed_up(found: dict[date, Growth], period: Period, today: date) -> Iterator[Growth]:
    """Yield all periods until today, also those without changes, with the active subscriptions."""
    if not found:
        return
    start, active = min(found), 0
    while start <= max(today, *found):
        growth = found.get(start) or Growth(start)
        active += growth.new - growth.left.total()
        growth.active = active
        yield growth
        start = period.after(start)
