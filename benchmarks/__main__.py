"""Measure this API side by side with Wagtail's own, and print a table."""

import argparse

from benchmarks.start import number_of_issues, parser, started

QUESTIONS = ["detail", "detail-html", "bodies", "bodies-html", "list", "search", "feed"]
QUESTIONS += ["tag", "last", "oldest"]


def arguments() -> argparse.Namespace:
    """What the command line says."""
    found = parser("benchmarks", __doc__)
    add = found.add_argument
    sizes = [1000, 10_000]
    add("--issues", type=number_of_issues, nargs="+", default=sizes, metavar="N", help="sizes")
    add("--rounds", type=int, default=15, metavar="N", help="how often each request is timed")
    add("--restrictions", type=int, default=2000, metavar="N", help="private issues at last")
    add("--only", nargs="+", choices=QUESTIONS, default=[], help="some of the questions")
    add("--patience", type=int, default=120, metavar="S", help="seconds that an answer may take")
    add("--profile", choices=QUESTIONS, help="print where our own answer takes its time")
    add("--cached", action="store_true", help="with --profile: the cached response")
    return found.parse_args()


def main() -> None:
    """Start Django, then measure."""
    options = arguments()
    with started() as (directory, is_kept):
        from benchmarks.run import run

        run(options, directory, is_kept)


main()
