"""Finds out whether a source is still there, and keeps what was found."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.conf import conf
from digest.http import client as http_client
from digest.http.canonical import canonical_url
from digest.http.robots import ClosedByRobots, RobotsPolicy, RobotsUnknown
from digest.pages.stories import tolerate_broken_body
from digest.sources.citations import Cited, cited_in
from digest.sources.models import Check, Source, State, source_key

GONE = {404, 410}
# There is something, and it is not for programs: behind a login, a wall or a guard.
CLOSED = {401, 402, 403, 429, 451}
PERMANENT = {301, 308}
BROKEN = [State.DEAD, State.MOVED]
# So many checks in a row that reach nothing, and a source is dead; and when to try again.
FAILURES_OF_THE_DEAD = 3
RETRY = timedelta(days=1)
CHECKS_KEPT = 20
CHECKED_FIELDS = ["state", "http_status", "moved_to", "checked_at", "due_at", "failures"]


@dataclass(frozen=True)
class Finding:
    """What one check found; a state of None says nothing about the source."""

    state: State | None
    http_status: int | None = None
    moved_to: str = ""
    detail: str = ""


def look_at(url: str, manners: RobotsPolicy) -> Finding:
    """Ask for an address, politely, and say what was found."""
    try:
        answer = _ask(url, manners)
    except RobotsUnknown as error:
        return Finding(None, detail=str(error))
    except ClosedByRobots as error:
        return Finding(State.REFUSED, detail=str(error))
    except http_client.OutboundError as error:
        return Finding(State.UNREACHABLE, detail=str(error))
    return _judge(url, answer)


def _ask(url: str, manners: RobotsPolicy) -> http_client.Answer:
    """HEAD, which costs the server least; GET where the server has no good answer to that."""
    try:
        answer = http_client.fetch(url, "HEAD", before=manners)
    except http_client.Unreachable:
        answer = None
    if answer and (answer.status < 400 or answer.status == 429):
        return answer
    return http_client.fetch(url, "GET", before=manners)


def _judge(url: str, answer: http_client.Answer) -> Finding:
    status = answer.status
    if status in GONE:
        return Finding(State.DEAD, status)
    if status in CLOSED:
        return Finding(State.REFUSED, status, detail=_("It is closed to programs."))
    if status >= 400:
        return Finding(State.UNREACHABLE, status, detail=_("The server has a fault."))
    moved_to = _moved_to(answer)
    if moved_to and canonical_url(moved_to) != canonical_url(url):
        return Finding(State.MOVED, status, moved_to)
    return Finding(State.FOUND, status)


def _moved_to(answer: http_client.Answer) -> str:
    """Where the permanent redirects lead that stand before any that is for now."""
    moved_to = ""
    for status, location in answer.redirects:
        if status not in PERMANENT:
            break
        moved_to = location
    return moved_to


@transaction.atomic
def record(source: Source, finding: Finding) -> Source:
    """Keep what a check found. One that failed changes little: a source that was there is called
    unreachable after two in a row, and dead after three."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    now = timezone.now()
    if finding.state == State.UNREACHABLE:
        source.failures = min(source.failures + 1, 1000)
        source.state = _after_failures(source)
    elif finding.state is not None:
        source.failures, source.state = 0, finding.state
        source.http_status, source.moved_to = finding.http_status, finding.moved_to
    is_sure = finding.state not in (None, State.UNREACHABLE) or source.state == State.DEAD
    source.checked_at = now
    source.due_at = now + (timedelta(days=conf.SOURCE_CHECK_DAYS) if is_sure else RETRY)
    source.save(update_fields=CHECKED_FIELDS)
    _keep_check(source, finding)
    return source


def _after_failures(source: Source) -> State:
    if source.failures >= FAILURES_OF_THE_DEAD or source.state == State.DEAD:
        return State.DEAD
    is_known = source.state not in (State.UNCHECKED, State.UNREACHABLE)
    return source.state if is_known and source.failures < 2 else State.UNREACHABLE


def _keep_check(source: Source, finding: Finding) -> None:
    source.checks.create(
        checked_at=source.checked_at,
        state=finding.state or State.UNCHECKED,
        http_status=finding.http_status,
        moved_to=finding.moved_to,
        detail=finding.detail,
    )
    kept = list(source.checks.values_list("pk", flat=True)[:CHECKS_KEPT])
    Check.objects.filter(source=source).exclude(pk__in=kept).delete()


def broken_sources_of(issue: Any) -> list[tuple[Cited, Source]]:
    """What an issue, or a draft of one, cites that is dead or has moved: the places with what is
    known, in the order they stand in."""
    cited: dict[Cited, str] = {}
    with tolerate_broken_body(issue):
        cited = {found: source_key(found.url) for found in cited_in(issue.body)}
    sources = Source.objects.filter(key__in=set(cited.values()) - {""}, state__in=BROKEN)
    broken = {source.key: source for source in sources}
    return [(found, broken[key]) for found, key in cited.items() if key in broken]
