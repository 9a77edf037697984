"""A read replica: the database "replica" in DATABASES, which follows the primary.

Public responses read from it: everything within ``reads``. Writes go to the primary, and so do
reads that have to see them at once, as in the admin and in previews. While the replica does not
respond, the primary takes its place. Without a replica nothing here has an effect.

A response reads from one database, which is chosen at its first query. The content version
(``digest.caching.content_version``) that it is cached under comes from the same database.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, connections

logger = logging.getLogger(__name__)

REPLICA = "replica"
# Seconds without an attempt to connect, in each process, after the replica refused a connection.
RETRY_AFTER = 5

Result = TypeVar("Result")

_retry_at = 0.0
_connecting = Lock()


class _Reading:
    """The database that a response reads from; None until its first query chooses one."""

    def __init__(self, from_replica: bool | None = None) -> None:
        self.from_replica = from_replica
        self.has_lost_replica = False


_reading: ContextVar[_Reading | None] = ContextVar("digest_replica_reading", default=None)


class ReplicaRouter:
    """Route queries within ``reads`` to the replica, and nothing else (for DATABASE_ROUTERS)."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Return the replica within ``reads``, but not in a transaction, which may have written."""
        reading = _reading.get()
        if reading is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return self.db_for_write(model, **hints)
        if reading.from_replica is None:
            reading.from_replica = _is_available()
        return REPLICA if reading.from_replica else self.db_for_write(model, **hints)

    def db_for_write(self, model: Any, instance: Any = None, **hints: Any) -> str | None:
        """Return the primary for a row that was read from the replica, where Django would write."""
        is_from_replica = instance is not None and instance._state.db == REPLICA
        return DEFAULT_DB_ALIAS if is_from_replica else None

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        """Allow relations between the two databases: their rows are the same."""
        both = {obj1._state.db, obj2._state.db}
        return True if both <= {DEFAULT_DB_ALIAS, REPLICA} else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Forbid migrations of the replica: it replicates tables with their rows."""
        return False if db == REPLICA else None


@contextmanager
def reads() -> Iterator[None]:
    """Read from the replica inside, if there is one and it responds."""
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
    """Read from the primary inside, also within ``reads``: for what a write depends on."""
    token = _reading.set(_Reading(from_replica=False))
    try:
        yield
    finally:
        _reading.reset(token)


def retry_on_primary(read: Callable[[], Result]) -> Result:
    """Return the result of ``read``, which reads from the replica; if that fails, call it again,
    reading from the primary. ``read`` must be safe to call twice."""
    with reads():
        return with_fallback(read)


def with_fallback(read: Callable[[], Result]) -> Result:
    """Do the same as ``retry_on_primary`` within the caller's ``reads``."""
    try:
        result = read()
    except Exception:
        if not has_failed():
            raise
        fall_back_to_primary()
    else:
        if not has_failed():
            return result
        fall_back_to_primary()
    return read()


def is_active() -> bool:
    """Return whether the code runs within ``reads``, and so may read from the replica."""
    return _reading.get() is not None


def has_failed() -> bool:
    """Return whether a query of the current response has failed on the replica: it is gone, has
    cancelled a query that conflicts with replication, or lacks a new table."""
    reading = _reading.get()
    return bool(reading and reading.from_replica and connections[REPLICA].errors_occurred)


def has_lost_replica() -> bool:
    """Return whether the current response fell back to the primary. What it had read before may be
    older than the rest, so it may be sent, but not stored."""
    reading = _reading.get()
    return bool(reading and reading.has_lost_replica)


def fall_back_to_primary() -> None:
    """Read the rest of the current response from the primary, after ``has_failed``; if the
    connection to the replica is lost, open none for RETRY_AFTER seconds."""
    reading, connection = _reading.get(), connections[REPLICA]
    message = "The replica failed; the response is read from the primary."
    logger.warning(message, exc_info=sys.exception())
    reading.from_replica, reading.has_lost_replica = False, True
    if connection.connection is None or not connection.is_usable():
        connection.close()
        _back_off()
    connection.errors_occurred = False


def _is_available() -> bool:
    """Return whether this thread has a connection to the replica, or can open one now.

    Opening one may take seconds, so one thread at a time does; the others use the primary.
    """
    if time.monotonic() < _retry_at:
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
        logger.warning("The replica refused a connection; the primary is used: %s", error)
        _back_off()
        return False
    finally:
        _connecting.release()
    return True


def _back_off() -> None:
    global _retry_at
    _retry_at = time.monotonic() + RETRY_AFTER
