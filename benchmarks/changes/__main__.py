"""Measure the relay and the feed of changes, on SQLite or PostgreSQL."""

import argparse

from benchmarks.start import number_of_issues, parser, started


def arguments() -> argparse.Namespace:
    found = parser("benchmarks.changes", __doc__)
    add = found.add_argument
    add("--issues", type=number_of_issues, nargs="+", default=[1000, 10_000], metavar="N")
    add("--rounds", type=int, default=15, metavar="N", help="how often each case is timed")
    return found.parse_args()


def main() -> None:
    options = arguments()
    with started() as (directory, is_persistent):
        from benchmarks.changes.run import run

        run(options, directory, is_persistent)


main()
