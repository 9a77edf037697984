"""Measure submissions on SQLite and PostgreSQL."""

import argparse

from benchmarks.engines import run_on_databases
from benchmarks.start import number_of_issues, parser, started

CASES = ["draft", "dry-run", "replay", "refused", "load", "workers"]


def arguments() -> argparse.Namespace:
    found = parser("benchmarks.submissions", __doc__, url="names a PostgreSQL")
    add = found.add_argument
    add("--issues", type=number_of_issues, default=1000, metavar="N", help="issues of the site")
    add("--rounds", type=int, default=60, metavar="N", help="how often each request is timed")
    add("--seconds", type=int, default=60, metavar="S", help="how long SQLite is under load")
    add("--drafts", type=int, default=60, metavar="N", help="drafts of each of two workers")
    add("--only", nargs="+", choices=CASES, default=CASES, help="only these cases")
    add("--engines", nargs="+", default=["sqlite", "postgresql"], help="one of them or both")
    add("--here", action="store_true", help=argparse.SUPPRESS)
    return found.parse_args()


def main() -> None:
    options = arguments()
    if not options.here:
        run_on_databases("benchmarks.submissions", options.engines)
    with started() as (directory, _is_persistent):
        from benchmarks.submissions.run import run

        run(options, directory)


main()
