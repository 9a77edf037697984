"""Options of the databases besides their URLs."""

from typing import Any
from urllib.parse import quote

import dj_database_url

MEGABYTE = 1024 * 1024

# WAL: readers are not blocked by a writer. IMMEDIATE: a second writer waits at the start of its
# transaction instead of failing with "database is locked" within it. NORMAL: with WAL it is enough
# to sync at checkpoints, which come every 1,000 pages by default. After a large transaction the log
# is truncated to 64 MB. Up to 128 MB are memory-mapped, instead of copied for each connection.
SQLITE_READS = f"PRAGMA mmap_size={128 * MEGABYTE};"
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        f"PRAGMA journal_size_limit={64 * MEGABYTE}; {SQLITE_READS}"
    ),
}

# Timeouts for a server that has disappeared, instead of minutes: when connecting, when sent data is
# not acknowledged, and when the connection is idle (about 16 seconds).
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
POSTGRESQL = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def database(url: str) -> dict[str, Any]:
    """Return the primary; options in the query of the URL take precedence."""
    return _with_options(dj_database_url.parse(url), SQLITE)


def replica(url: str) -> dict[str, Any]:
    """Return a read-only database; in tests it mirrors the primary."""
    found = dj_database_url.parse(url) | {"TEST": {"MIRROR": "default"}}
    if _vendor(found) == "sqlite3":
        # A missing file is an error; without mode=ro SQLite would create it.
        found["NAME"] = f"file:{quote(str(found['NAME']))}?mode=ro"
    return _with_options(found, {"timeout": 20, "init_command": SQLITE_READS})


def _with_options(found: dict[str, Any], sqlite: dict[str, Any]) -> dict[str, Any]:
    ours = {"postgresql": POSTGRESQL, "sqlite3": sqlite}.get(_vendor(found), {})
    return found | {"OPTIONS": ours | found.get("OPTIONS", {})}


def _vendor(found: dict[str, Any]) -> str:
    return found["ENGINE"].rpartition(".")[2]
