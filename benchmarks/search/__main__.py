"""Measure readers' search beside Wagtail's own on every database that answers."""

import argparse
import os
import subprocess
import sys

from benchmarks.start import parser, started

STORIES = [1000, 10_000, 50_000, 100_000]
POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"


def arguments() -> argparse.Namespace:
    """What the command line says."""
    found = parser("benchmarks.search", __doc__, url="names a PostgreSQL")
    add = found.add_argument
    add("--stories", type=int, nargs="+", default=STORIES, metavar="N", help="sizes")
    add("--rounds", type=int, default=15, metavar="N", help="how often each search is timed")
    add("--only", nargs="+", default=[], metavar="NAME", help="some of the questions")
    add("--profile", metavar="NAME", help="print where our own answer takes its time")
    add("--rebuild", action="store_true", help="make the index anew where it was kept")
    add("--without-wagtail", action="store_true", help="measure our own search alone")
    add("--patience", type=int, default=120, metavar="S", help="seconds that a search may take")
    add("--engines", nargs="+", default=["sqlite", "postgresql"], help="one of them or both")
    add("--here", action="store_true", help=argparse.SUPPRESS)
    options = found.parse_args()
    if min(options.stories) < 50:
        found.error("There must be fifty stories or more.")
    return options


def main() -> None:
    """One process for each database, and in it one table for each size."""
    options = arguments()
    if options.here:
        with started() as (directory, is_kept):
            from benchmarks.search.run import run

            run(options, directory, is_kept)
        return
    failed = [measure(url) for url in databases(options.engines)]
    sys.exit(any(failed))


def databases(engines: list[str]) -> list[str]:
    """The addresses of SQLite, which has none, and of PostgreSQL, if it answers."""
    found = [""] if "sqlite" in engines else []
    if "postgresql" in engines:
        url = os.environ.get("DATABASE_URL", POSTGRESQL)
        if url.startswith("postgres") and answers(url):
            found.append(url)
        else:
            print("No PostgreSQL answers: nothing is measured there.", flush=True)
    return found


def answers(url: str) -> bool:
    """Whether there is a PostgreSQL at this address."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def measure(url: str) -> int:
    """Measure one database in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"DATABASE_URL": url} if url else {}
    command = [sys.executable, "-m", "benchmarks.search", "--here", *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


main()
