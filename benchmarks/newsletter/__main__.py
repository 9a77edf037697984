"""Measure the newsletter, on SQLite and PostgreSQL, beside what each step costs at least."""

import argparse

from benchmarks.engines import run_on_databases
from benchmarks.start import parser, started

CASES = ["fill", "claims", "messages", "composing", "sign-up", "sending", "import", "lists"]


def arguments() -> argparse.Namespace:
    found = parser("benchmarks.newsletter", __doc__, url="names a PostgreSQL")
    add = found.add_argument
    sizes = [10_000, 100_000]
    add("--readers", type=int, nargs=2, default=sizes, metavar="N", help="two sizes")
    add("--mails", type=int, default=1000, metavar="N", help="how many mails are sent to a server")
    add("--rounds", type=int, default=15, metavar="N", help="how often what is short is timed")
    add("--only", nargs="+", choices=CASES, default=CASES, help="only these cases")
    add("--engines", nargs="+", default=["sqlite", "postgresql"], help="one of them or both")
    add("--here", action="store_true", help=argparse.SUPPRESS)
    return found.parse_args()


def main() -> None:
    options = arguments()
    if not options.here:
        run_on_databases("benchmarks.newsletter", options.engines)
    with started() as (directory, _is_persistent):
        from benchmarks.newsletter.run import run

        run(options, directory)


main()
