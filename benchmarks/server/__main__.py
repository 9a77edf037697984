"""Measure the site under gunicorn and behind Varnish, beside Wagtail's own APIs, with wrk."""

import argparse
import sys

from benchmarks.server import wrk
from benchmarks.start import number_of_issues, parser, started

MISSING = "wrk is missing: install it (Debian: apt install wrk, macOS: brew install wrk)."
QUESTIONS = ["detail", "list", "bodies", "search", "feed"]


def arguments() -> argparse.Namespace:
    """What the command line says."""
    found = parser("benchmarks.server", __doc__)
    add = found.add_argument
    add("--issues", type=number_of_issues, nargs="+", default=[1000], metavar="N", help="sizes")
    add("--only", nargs="+", choices=QUESTIONS, default=QUESTIONS, help="some of the questions")
    add("--rounds", type=int, default=3, metavar="N", help="how often everybody is asked in turn")
    add("--seconds", type=int, default=5, metavar="S", help="how long, each time")
    add("--connections", type=int, default=12, metavar="N", help="requests at once")
    add("--gzip", action="store_true", help="ask for compressed answers, of everybody")
    add("--without-varnish", action="store_true", help="measure the site itself alone")
    add("--memory", type=int, metavar="N", help="ask so often, and look at the workers' memory")
    return found.parse_args()


def main() -> None:
    """Start Django, then measure."""
    options = arguments()
    if not wrk.is_here():
        sys.exit(MISSING)
    with started() as (directory, is_kept):
        from benchmarks.server.run import run

        run(options, directory, is_kept)


main()
