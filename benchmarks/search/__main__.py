"""Measure readers' search in comparison with Wagtail's, on SQLite and PostgreSQL."""

import argparse

from benchmarks.engines import run_on_databases
from benchmarks.start import parser, started

STORIES = [1000, 10_000, 50_000, 100_000]


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
    options = arguments()
    if not options.here:
        run_on_databases("benchmarks.search", options.engines)
    with started() as (directory, is_persistent):
        from benchmarks.search.run import run

        run(options, directory, is_persistent)


main()
