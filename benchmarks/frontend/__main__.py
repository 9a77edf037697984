"""Measure builds of the reference frontend, and how fast an issue of it appears."""

import argparse

from benchmarks.start import number_of_issues, parser, started


def arguments() -> argparse.Namespace:
    found = parser("benchmarks.frontend", __doc__)
    found.add_argument("--issues", type=number_of_issues, nargs="+", default=[1000], metavar="N")
    return found.parse_args()


def main() -> None:
    options = arguments()
    with started() as (directory, is_persistent):
        from benchmarks.frontend.run import run

        run(options, directory, is_persistent)


main()
