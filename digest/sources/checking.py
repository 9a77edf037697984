"""Check whether a source still exists, and record the result."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.conf import conf
from digest.http import client as http_client
from digest.http.canonical import canonical_url
from digest.http.robots import DisallowedByRobots, RobotsPolicy, RobotsUnknown
from digest.pages.bodies import tolerate_broken_body
from digest.sources.citations import Cited, cited_in
from digest.sources.models import Check, Source, State, source_key

GONE = {404, 410}
# It exists, but crawlers are rejected: by a login, a paywall or a bot filter.
CLOSED = {401, 402, 403, 429, 451}
PERMANENT = {301, 308}
BROKEN = [State.DEAD, State.MOVED]
# A source is dead after this number of failed checks in a row, a RETRY_DELAY apart.
FAILURES_UNTIL_DEAD = 3
RETRY_DELAY = timedelta(days=1)
MAX_CHECKS_STORED = 20
CHECKED_FIELDS = ["state", "http_status", "moved_to", "checked_at", "due_at", "failures"]


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; without a state it is inconclusive."""

    state: State | None
    http_status: int | None = None
    moved_to: str = ""
    detail: str = ""


def check_url(url: str, policy: RobotsPolicy) -> CheckResult:
    """Check a URL within the crawl policy."""
    try:
        response = _request(url, policy)
    except RobotsUnknown as error:
        return CheckResult(None, detail=str(error))
    except DisallowedByRobots as error:
        return CheckResult(State.REFUSED, detail=str(error))
    except http_client.RequestError as error:
        return CheckResult(State.UNREACHABLE, detail=str(error))
    return _result_of(url, response)


def _request(url: str, policy: RobotsPolicy) -> http_client.Response:
    """Send HEAD, and GET if that fails: many servers support HEAD badly."""
    try:
        response = http_client.fetch(url, "HEAD", on_request=policy)
    except http_client.Unreachable:
        response = None
    if response and (response.status < 400 or response.status == 429):
        return response
    return http_client.fetch(url, "GET", on_request=policy)


def _result_of(url: str, response: http_client.Response) -> CheckResult:
    status = response.status
    if status in GONE:
        return CheckResult(State.DEAD, status)
    if status in CLOSED:
        return CheckResult(State.REFUSED, status, detail=_("The server rejects crawlers."))
    if status >= 400:
        return CheckResult(State.UNREACHABLE, status, detail=_("The server returned an error."))
    moved_to = _moved_to(response)
    if moved_to and canonical_url(moved_to) != canonical_url(url):
        return CheckResult(State.MOVED, status, moved_to)
    return CheckResult(State.FOUND, status)


def _moved_to(response: http_client.Response) -> str:
    """Return the target of the permanent redirects before the first temporary one."""
    moved_to = ""
    for status, location in response.redirects:
        if status not in PERMANENT:
            break
        moved_to = location
    return moved_to


@transaction.atomic
def record(source: Source, result: CheckResult) -> Source:
    """Save the result of a check, and schedule the next one.

    A source that was found becomes unreachable after two failures in a row, and dead after three.
    """
    source = Source.objects.select_for_update().get(pk=source.pk)
    now = timezone.now()
    if result.state == State.UNREACHABLE:
        source.failures = min(source.failures + 1, 1000)
        source.state = _after_failures(source)
    elif result.state is not None:
        source.failures, source.state = 0, result.state
        source.http_status, source.moved_to = result.http_status, result.moved_to
    is_conclusive = result.state not in (None, State.UNREACHABLE) or source.state == State.DEAD
    source.checked_at = now
    source.due_at = now + (timedelta(days=conf.SOURCE_CHECK_DAYS) if is_conclusive else RETRY_DELAY)
    source.save(update_fields=CHECKED_FIELDS)
    _save_check(source, result)
    return source


def _after_failures(source: Source) -> State:
    if source.failures >= FAILURES_UNTIL_DEAD or source.state == State.DEAD:
        return State.DEAD
    is_known = source.state not in (State.UNCHECKED, State.UNREACHABLE)
    return source.state if is_known and source.failures < 2 else State.UNREACHABLE


def _save_check(source: Source, result: CheckResult) -> None:
    source.checks.create(
        checked_at=source.checked_at,
        state=result.state or State.UNCHECKED,
        http_status=result.http_status,
        moved_to=result.moved_to,
        detail=result.detail,
    )
    latest = list(source.checks.values_list("pk", flat=True)[:MAX_CHECKS_STORED])
    Check.objects.filter(source=source).exclude(pk__in=latest).delete()


def broken_sources_of(issue: Any) -> list[tuple[Cited, Source]]:
    """Return the dead and moved sources that an issue or a draft cites, in document order."""
    cited: dict[Cited, str] = {}
    with tolerate_broken_body(issue):
        cited = {found: source_key(found.url) for found in cited_in(issue.body)}
    sources = Source.objects.filter(key__in=set(cited.values()) - {""}, state__in=BROKEN)
    broken = {source.key: source for source in sources}
    return [(found, broken[key]) for found, key in cited.items() if key in broken]
