"""Measure readers' search in comparison with Wagtail's, on SQLite and PostgreSQL."""

import argparse
import os
import subprocess
import sys

from benchmarks.start import parser, started

STORIES = [1000, 10_000, 50_000, 100_000]
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"


def arguments() -> argparse.Namespace:
    found = parser("benchmarks.search", __doc__, url="names a PostgreSQL")
    add = found.add_argument
    add("--stories", type=int, nargs="+", default=STORIES, metavar="N", help="sizes")
    add("--rounds", type=int, default=15, metavar="N", help="how often each search is timed")
    add("--only", nargs="+", default=[], metavar="NAME", help="only these cases")
    add("--profile", metavar="NAME", help="print the most expensive functions of a search")
    add("--rebuild", action="store_true", help="rebuild the index of an existing database")
    add("--without-wagtail", action="store_true", help="measure our own search alone")
    add("--timeout", type=int, default=120, metavar="S", help="seconds until a search is given up")
    add("--engines", nargs="+", default=["sqlite", "postgresql"], help="one of them or both")
    add("--here", action="store_true", help=argparse.SUPPRESS)
    options = found.parse_args()
    if min(options.stories) < 50:
        found.error("At least 50 stories are needed.")
    return options


def main() -> None:
    """Measure each database in a process of its own."""
    options = arguments()
    if options.here:
        with started() as (directory, is_persistent):
            from benchmarks.search.run import run

            run(options, directory, is_persistent)
        return
    failed = [measure(url) for url in databases(options.engines)]
    sys.exit(any(failed))


def databases(engines: list[str]) -> list[str]:
    """Return the URLs of the databases: empty for SQLite, and PostgreSQL if it is available."""
    found = [""] if "sqlite" in engines else []
    if "postgresql" in engines:
        url = os.environ.get("DATABASE_URL", POSTGRESQL)
        if url.startswith("postgres") and is_available(url):
            found.append(url)
        else:
            print("PostgreSQL is not available, and not measured.", flush=True)
    return found


def is_available(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def measure(url: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"DATABASE_URL": url} if url else {}
    command = [sys.executable, "-m", "benchmarks.search", "--here", *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


main()
