"""A read replica: a second database, "replica" in DATABASES, that follows the first.

What is the same for everybody is read from it: answers made within ``reads``. All else is asked of
the primary: writes, and whatever has to see them at once, as the admin and previews do. Where the
replica does not answer, the primary does. Where there is none, nothing here makes a difference.

One answer is read from one database: from which is settled when it first asks, and the content
version (``digest.caching.content_version``) that it is kept under comes from there too.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

logger = logging.getLogger(__name__)

REPLICA = "replica"
# For so many seconds a replica that took no connection is left alone, in each process.
PAUSE = 5
# Names of addresses that readers' pages do not lie below: they show what was written just now.
DESKS = (("wagtailadmin_home", ()), ("digest:preview", ("-",)), ("digest:api:preview", ("-",)))

Answer = TypeVar("Answer")

_left_alone_until = 0.0
_connecting = Lock()


class _Reading:
    """What one answer is read from, once it has asked, and whether that was lost on the way."""

    def __init__(self, from_replica: bool | None = None) -> None:
        self.from_replica = from_replica
        self.has_lost_replica = False


_reading: ContextVar[_Reading | None] = ContextVar("digest_replica_reading", default=None)


class ReplicaRouter:
    """For DATABASE_ROUTERS: sends the reads within ``reads`` to the replica, and the rest where it
    would go without."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """The replica within ``reads``; but not inside a transaction, which may have written."""
        reading = _reading.get()
        if reading is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return self.db_for_write(model, **hints)
        if reading.from_replica is None:
            reading.from_replica = _answers()
        return REPLICA if reading.from_replica else self.db_for_write(model, **hints)

    def db_for_write(self, model: Any, instance: Any = None, **hints: Any) -> str | None:
        """The primary for what was read from the replica; Django would go back there."""
        is_from_replica = instance is not None and instance._state.db == REPLICA
        return DEFAULT_DB_ALIAS if is_from_replica else None

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        """Between the two, since their rows are the same."""
        both = {obj1._state.db, obj2._state.db}
        return True if both <= {DEFAULT_DB_ALIAS, REPLICA} else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Never: tables come to the replica with their rows."""
        return False if db == REPLICA else None


@contextmanager
def reads() -> Iterator[None]:
    """Read from the replica inside, where there is one and it answers."""
    if REPLICA not in connections.settings or _reading.get() is not None:
        yield
        return
    token = _reading.set(_Reading())
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def primary() -> Iterator[None]:
    """Read from the primary inside, also within ``reads``: what a write goes by."""
    token = _reading.set(_Reading(from_replica=False))
    try:
        yield
    finally:
        _reading.reset(token)


def answered(make: Callable[[], Answer]) -> Answer:
    """What ``make`` returns, read from the replica. Where that fails on the way, it is made once
    more from the primary, so that ``make`` must be safe to run twice."""
    with reads():
        try:
            answer = make()
        except Exception:
            if not has_failed():
                raise
            _give_up()
        else:
            if not has_failed():
                return answer
            _give_up()
        return make()


def has_failed() -> bool:
    """Whether the replica has refused something of the answer that is being made from it: it is
    gone, or has stopped a query that was in its way, or lacks a table that is new."""
    reading = _reading.get()
    return bool(reading and reading.from_replica and connections[REPLICA].errors_occurred)


def has_lost_replica() -> bool:
    """Whether the answer was begun with the replica, and goes on without. What was read before may
    be older than the rest: it may be given, but not be kept."""
    reading = _reading.get()
    return bool(reading and reading.has_lost_replica)


def _give_up() -> None:
    """Go on with the primary; leave the replica alone for a while, if its connection is lost."""
    reading, connection = _reading.get(), connections[REPLICA]
    message = "The replica failed; the answer is made from the primary."
    logger.warning(message, exc_info=sys.exception())
    reading.from_replica, reading.has_lost_replica = False, True
    if connection.connection is None or not connection.is_usable():
        connection.close()
        _leave_alone()
    connection.errors_occurred = False


def _answers() -> bool:
    """Whether the replica has a connection for this thread, or takes one now.

    One thread at a time waits for a new one, which may take seconds; the others ask the primary.
    """
    if time.monotonic() < _left_alone_until:
        return False
    connection = connections[REPLICA]
    connection.close_if_health_check_failed()
    if connection.connection is not None:
        return True
    if not _connecting.acquire(blocking=False):
        return False
    try:
        connection.ensure_connection()
    except Error as error:
        logger.warning("The replica takes no connection; the primary is asked: %s", error)
        _leave_alone()
        return False
    finally:
        _connecting.release()
    return True


def _leave_alone() -> None:
    global _left_alone_until
    _left_alone_until = time.monotonic() + PAUSE


class ReplicaMiddleware:
    """Reads the pages of anonymous readers from the replica; stands before all that reads rows.

    Who has a session may have written something and wants to see it: that is the primary's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_of_a_reader(request):
            return self.get_response(request)
        as_it_came = vars(request).copy()

        def make() -> HttpResponse:
            # Without what a first try has left there: another site, other addresses.
            vars(request).clear()
            vars(request).update(as_it_came)
            return self.get_response(request)

        return answered(make)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """Have Wagtail read the addresses of sites anew: a replica that was late may have given
        those that are kept. What the plugin keeps itself sees to that itself."""
        from wagtail.models import Site  # not before the apps are there

        if _reading.get() and "digest" not in request.resolver_match.namespaces:
            Site.clear_site_root_paths_cache()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """In place of a report: the page is made again, and nobody gets this."""
        return HttpResponse(status=503) if has_failed() else None


def _is_of_a_reader(request: HttpRequest) -> bool:
    """Whether a page is asked for by somebody without a session, and not at an editor's desk."""
    if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    return not request.path.startswith(tuple(_desks()))


def _desks() -> Iterator[str]:
    for name, args in DESKS:
        try:
            yield reverse(name, args=args).removesuffix("-/")
        except NoReverseMatch:  # A site need not have all of them.
            continue
