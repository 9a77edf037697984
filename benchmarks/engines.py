"""Run a benchmark on SQLite and on PostgreSQL, in a process of its own each."""

import os
import subprocess
import sys
from typing import NoReturn

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"


def run_on_databases(program: str, engines: list[str]) -> NoReturn:
    """Run a program with ``--here`` on each database, and exit."""
    sys.exit(max([_run(program, url) for url in _databases(engines)], default=0))


def _databases(engines: list[str]) -> list[str]:
    """Return the URLs of the databases: empty for SQLite, and PostgreSQL if it is available."""
    found = [""] if "sqlite" in engines else []
    if "postgresql" in engines:
        url = os.environ.get("DATABASE_URL", POSTGRESQL)
        if url.startswith("postgres") and _is_available(url):
            found.append(url)
        else:
            print("PostgreSQL is not available, and not measured.", flush=True)
    return found


def _is_available(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _run(program: str, url: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"DATABASE_URL": url} if url else {}
    command = [sys.executable, "-m", program, "--here", *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
