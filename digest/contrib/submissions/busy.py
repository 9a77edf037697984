"""Tell a busy database from a broken one."""

from django.db import OperationalError

LOCK_NOT_AVAILABLE, DEADLOCK, SERIALIZATION_FAILURE = "55P03", "40P01", "40001"
OF_POSTGRESQL = {LOCK_NOT_AVAILABLE, DEADLOCK, SERIALIZATION_FAILURE}
OF_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_busy(error: OperationalError) -> bool:
    """Return whether the same request may succeed in a moment."""
    name = getattr(error.__cause__, "sqlite_errorname", "")
    return sqlstate(error) in OF_POSTGRESQL or name.startswith(OF_SQLITE)


def sqlstate(error: OperationalError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
