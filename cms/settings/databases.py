"""What the databases of the site are told beside their address."""

from typing import Any
from urllib.parse import quote

import dj_database_url

MEGABYTE = 1024 * 1024

# Readers go on while an editor saves (WAL), and a second writer waits its turn at the start of its
# transaction instead of failing with "database is locked" in the middle of it. The log is written
# to the disk with each checkpoint, as WAL needs it (NORMAL), and its file is cut back to 64 MB
# once a large transaction is through; a checkpoint comes with SQLite's own 1,000 pages. Up to 128
# MB are read from the one copy that the system has in memory, and not copied for each connection.
SQLITE_READS = f"PRAGMA mmap_size={128 * MEGABYTE};"
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        f"PRAGMA journal_size_limit={64 * MEGABYTE}; {SQLITE_READS}"
    ),
}

# Nobody waits for minutes for a server that is gone without a word: seconds until it is given up
# while connecting, without an answer to what was sent, and while it is silent (some 16 seconds).
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
POSTGRESQL = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def database(url: str) -> dict[str, Any]:
    """The primary. What the URL says behind a question mark comes before what is said here."""
    return _with_options(dj_database_url.parse(url), SQLITE)


def replica(url: str) -> dict[str, Any]:
    """A database that is only read, and in tests is the primary itself."""
    found = dj_database_url.parse(url) | {"TEST": {"MIRROR": "default"}}
    if _vendor(found) == "sqlite3":
        # So that a file that is gone is an error, and not made anew.
        found["NAME"] = f"file:{quote(str(found['NAME']))}?mode=ro"
    return _with_options(found, {"timeout": 20, "init_command": SQLITE_READS})


def _with_options(found: dict[str, Any], sqlite: dict[str, Any]) -> dict[str, Any]:
    ours = {"postgresql": POSTGRESQL, "sqlite3": sqlite}.get(_vendor(found), {})
    return found | {"OPTIONS": ours | found.get("OPTIONS", {})}


def _vendor(found: dict[str, Any]) -> str:
    return found["ENGINE"].rpartition(".")[2]
