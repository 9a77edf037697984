"""Measure this API in comparison with Wagtail's own, and print a table."""

import argparse

from benchmarks.others import OTHERS
from benchmarks.start import number_of_issues, parser, started

CASES = ["detail", "detail-html", "bodies", "bodies-html", "list", "search", "feed"]
CASES += ["tag", "last", "oldest"]
CASES += OTHERS
TOOLS = "tools"


def arguments() -> argparse.Namespace:
    found = parser("benchmarks", __doc__)
    add = found.add_argument
    sizes = [1000, 10_000]
    add("--issues", type=number_of_issues, nargs="+", default=sizes, metavar="N", help="sizes")
    add("--rounds", type=int, default=15, metavar="N", help="how often each request is timed")
    add(
        "--restrictions",
        type=int,
        default=2000,
        metavar="N",
        help="private issues in the last round",
    )
    add("--only", nargs="+", choices=[*CASES, TOOLS], default=[], help="only these cases")
    add("--timeout", type=int, default=120, metavar="S", help="seconds until a request is given up")
    add("--profile", choices=CASES, help="print the most expensive functions of a response")
    add("--cached", action="store_true", help="with --profile: the cached response")
    return found.parse_args()


def main() -> None:
    options = arguments()
    with started() as (directory, is_persistent):
        from benchmarks.run import run

        run(options, directory, is_persistent)


main()
